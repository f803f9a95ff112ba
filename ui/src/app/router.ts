/** Addresses.  Pages of the program itself stand under /-/, so that an object may have any key. */
import { createRouter, createWebHistory, type RouteLocationNormalized } from "vue-router";
import EntityPage from "../pages/EntityPage.vue";
import MissingPage from "../pages/MissingPage.vue";
import { findEntity } from "../schema";
import { held, me } from "../schema/session";
import { shell } from "../records/shell";
import { wordy } from "../words";
import { watchOver } from "./over";

const recordProps = (to: RouteLocationNormalized) => ({ entityKey: String(to.params["entity"]), id: Number(to.params["id"]) });
const entityProps = (to: RouteLocationNormalized) => ({ entityKey: String(to.params["entity"]) });

// Where «/» leads: to what the person has chosen, if it is still there.
function firstPage(): string {
  const chosen = ((me.value?.shell ?? {}) as { start?: string }).start ?? shell.value.start ?? "";
  const entity = /^\/([a-z][a-z0-9_]*)/.exec(chosen)?.[1];
  if (chosen.startsWith("/-/") || (entity && findEntity(entity))) return chosen;
  return "/-/home";
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: "/", redirect: (to) => { const [path = "/", query = ""] = firstPage().split("?"); return { path, query: { ...Object.fromEntries(new URLSearchParams(query)), ...to.query } }; } },
    { path: "/-/login/:back(openid)?", component: () => import("../pages/LoginPage.vue"), meta: { open: true, title: "login" } },
    { path: "/-/invitation", component: wordy(() => import("../pages/InvitationPage.vue")), meta: { open: true, title: "password" } },
    { path: "/-/forgotten", component: wordy(() => import("../pages/ForgottenPage.vue")), meta: { open: true, title: "password" } },
    { path: "/-/password", component: wordy(() => import("../pages/PasswordPage.vue")), meta: { title: "password" } },
    { path: "/-/reports", component: wordy(() => import("../pages/reports/ReportsPage.vue")), meta: { title: "reports" } },
    { path: "/-/past/:entity([a-z][a-z0-9_]*)", component: wordy(() => import("../pages/past/PastPage.vue")), props: entityProps, meta: { title: "past", same: "past" } },
    { path: "/-/import", component: wordy(() => import("../pages/imports/ImportsPage.vue")), meta: { title: "import" } },
    { path: "/-/import/:id(\\d+)", component: wordy(() => import("../pages/imports/ImportPage.vue")), meta: { title: "import" } },
    { path: "/-/about", component: wordy(() => import("../pages/AboutPage.vue")), meta: { title: "about" } },
    { path: "/-/trash", component: wordy(() => import("../pages/TrashPage.vue")), meta: { title: "trash" } },
    { path: "/-/home", component: wordy(() => import("../pages/start/HomePage.vue")), meta: { title: "home" } },
    { path: "/-/start", component: wordy(() => import("../pages/start/StartPage.vue")), meta: { title: "start" } },
    { path: "/-/settings/:part?", component: wordy(() => import("../pages/settings/SettingsPage.vue")), meta: { title: "settings", same: "settings" } },
    { path: "/-/configurator/:part?/:object?/:tab?", component: wordy(() => import("../pages/configurator/ConfiguratorPage.vue")), meta: { title: "configurator", same: "configurator" } },
    { path: "/-/people/:part?/:person(\\d+)?", component: wordy(() => import("../pages/people/PeoplePage.vue")), meta: { title: "people", same: "people" } },
    { path: "/-/me/:part?", component: wordy(() => import("../pages/settings/MyPage.vue")), meta: { title: "me", same: "me" } },
    { path: "/:entity([a-z][a-z0-9_]*)", component: EntityPage, props: entityProps },
    { path: "/:entity([a-z][a-z0-9_]*)/:id(\\d+)", component: wordy(() => import("../pages/RecordPage.vue")), props: recordProps },
    { path: "/:rest(.*)*", component: MissingPage },
  ],
});

router.beforeEach((to) => {
  if (held.value) return to.path === "/-/password" ? true : "/-/password";
  if (!me.value && !to.meta["open"]) return { path: "/-/login", query: to.fullPath === "/" ? {} : { next: to.fullPath } };
  if (me.value && to.path === "/-/login") return "/";
  return true;
});

watchOver(router);
