/** Icons that a configuration may name for an object, by their Lucide names.

    Those of the shipped menu are here; the others come when one of them is first met. */
import { Box, Building2, ContactRound, Handshake, Network, Package, SquareCheckBig, UserRound, Users } from "@lucide/vue";
import { defineAsyncComponent, type Component } from "vue";

const ICONS: Record<string, Component> = {
  "box": Box, "building": Building2, "building-2": Building2, "check": SquareCheckBig, "contact": ContactRound, "contact-round": ContactRound,
  "handshake": Handshake, "network": Network, "package": Package, "sitemap": Network, "square-check": SquareCheckBig,
  "square-check-big": SquareCheckBig, "user": UserRound, "user-round": UserRound, "users": Users,
};

export const icon = (key: string): Component => (ICONS[key] ??= defineAsyncComponent(async () => (await import("./icons_more")).MORE[key] ?? Box));
