/** The pages and tabs there are: each is a file of its own folder, loaded when it is opened. */
import { defineAsyncComponent, type Component } from "vue";

const files = import.meta.glob<{ default: Component }>("./*/*{Tab,Part}.vue");

export const plugged: Readonly<Record<string, Component>> = Object.fromEntries(
  Object.entries(files).map(([path, load]) => [path.slice(2, -4), defineAsyncComponent(async () => (await load()).default)]),
);
