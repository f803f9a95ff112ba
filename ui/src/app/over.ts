/** A card opened from a list lies over it, as a sheet at the side; by its own address it is a page.

    The address is the card's either way, so a sent link opens the card.  What lies beneath is kept in the entry of
    the browser's history: Back closes the sheet, and a reload brings both back. */
import { shallowRef } from "vue";
import type { RouteLocationNormalized, RouteLocationNormalizedLoaded, Router } from "vue-router";
import { phone } from "../kit/media";

/** The list under the sheet; null when the page has the screen to itself. */
export const beneath = shallowRef<RouteLocationNormalizedLoaded | null>(null);

const isCard = (to: RouteLocationNormalized): boolean => "id" in to.params && "entity" in to.params;
const isList = (to: RouteLocationNormalized): boolean => !("id" in to.params) && "entity" in to.params;

// "" says that this entry is a page of its own; nothing is said yet about one that has just been made.
const keep = (over: string): void => window.history.replaceState({ ...window.history.state, over }, "");

export function watchOver(router: Router): void {
  router.beforeEach((to, from) => {
    // The list beneath has been asked something else: its address is its own, not a part of the card's.
    if (beneath.value && to.path === from.path && isCard(to) && Object.keys(to.query).length) return { path: beneath.value.path, query: to.query };
    return true;
  });
  router.afterEach((to, from, failure) => {
    if (failure) return;
    if (!isCard(to) || phone.value) return void (beneath.value = null);
    const kept = (window.history.state as { over?: string } | null)?.over;
    const under = kept ?? beneath.value?.fullPath ?? (isList(from) ? from.fullPath : "");
    if (kept === undefined) keep(under);
    if (under !== (beneath.value?.fullPath ?? "")) beneath.value = under ? (router.resolve(under) as unknown as RouteLocationNormalizedLoaded) : null;
  });
}

/** The card takes the whole screen. */
export function spread(): void {
  keep("");
  beneath.value = null;
}

export function closeSheet(router: Router): void {
  const under = beneath.value?.fullPath;
  if (under === undefined) return;
  if (window.history.state?.back === under) router.back();
  else void router.push(under);
}
