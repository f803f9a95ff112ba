import type { InjectionKey } from "vue";

/** How an entry of a menu closes the menu around it. */
export const closeMenu: InjectionKey<() => void> = Symbol("close menu");
