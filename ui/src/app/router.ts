/** Addresses.  Pages of the program itself stand under /-/, so that an object may have any key. */
import { createRouter, createWebHistory, type RouteLocationNormalized } from "vue-router";
import EntityPage from "../pages/EntityPage.vue";
import MissingPage from "../pages/MissingPage.vue";
import { menu } from "../schema";
import { me, mustChange } from "../schema/session";
import { loadLaterWords } from "../words";

const recordProps = (to: RouteLocationNormalized) => ({ entityKey: String(to.params["entity"]), id: Number(to.params["id"]) });
const entityProps = (to: RouteLocationNormalized) => ({ entityKey: String(to.params["entity"]) });

// A page with words of its own comes together with them.
const wordy = <T>(page: () => Promise<T>) => async (): Promise<T> => (await Promise.all([page(), loadLaterWords()]))[0];

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: "/", redirect: () => (menu()[0] ? `/${menu()[0]?.entity}` : "/-/nothing") },
    { path: "/-/login", component: () => import("../pages/LoginPage.vue"), meta: { open: true } },
    { path: "/-/password", component: () => import("../pages/PasswordPage.vue") },
    { path: "/-/reports", component: wordy(() => import("../pages/reports/ReportsPage.vue")) },
    { path: "/-/past/:entity([a-z][a-z0-9_]*)", component: wordy(() => import("../pages/past/PastPage.vue")), props: entityProps, meta: { title: "past", same: "past" } },
    { path: "/-/import", component: wordy(() => import("../pages/imports/ImportsPage.vue")) },
    { path: "/-/import/:id(\\d+)", component: wordy(() => import("../pages/imports/ImportPage.vue")) },
    { path: "/-/about", component: () => import("../pages/AboutPage.vue") },
    { path: "/-/trash", component: () => import("../pages/TrashPage.vue") },
    { path: "/:entity([a-z][a-z0-9_]*)", component: EntityPage, props: entityProps },
    { path: "/:entity([a-z][a-z0-9_]*)/:id(\\d+)", component: () => import("../pages/RecordPage.vue"), props: recordProps },
    { path: "/:rest(.*)*", component: MissingPage },
  ],
});

router.beforeEach((to) => {
  if (mustChange.value) return to.path === "/-/password" ? true : "/-/password";
  if (!me.value && !to.meta["open"]) return { path: "/-/login", query: to.fullPath === "/" ? {} : { next: to.fullPath } };
  if (me.value && to.path === "/-/login") return "/";
  return true;
});
