import { provide, ref, useTemplateRef, type InjectionKey, type Ref } from "vue";

/** How an entry of a menu closes the menu around it. */
export const closeMenu: InjectionKey<() => void> = Symbol("close menu");

/** What every menu does, whatever opens it: `begin` gives the first entry the focus, `walk` answers ↑↓ Home End Tab.

    The entries stand in the element that the template calls `list`. */
export function useMenu(): { open: Ref<boolean>; begin: (event: Event) => void; walk: (event: KeyboardEvent) => void } {
  const open = ref(false);
  const list = useTemplateRef<HTMLElement>("list");
  provide(closeMenu, () => void (open.value = false));

  const entries = (): HTMLElement[] => [...(list.value?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];

  function begin(event: Event): void {
    event.preventDefault();
    entries()[0]?.focus({ preventScroll: true });
  }

  function walk(event: KeyboardEvent): void {
    const all = entries();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Tab") open.value = false;
    if (next === undefined) return;
    event.preventDefault();
    all[(next + all.length) % all.length]?.focus();
  }

  return { open, begin, walk };
}
