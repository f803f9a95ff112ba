import { createApp } from "vue";
import AppShell from "./app/AppShell.vue";
import { router } from "./app/router";
import { bringTypes } from "./fields";
import { beforeSchema } from "./schema";
import { boot } from "./schema/session";
import BootFailure from "./pages/BootFailure.vue";
import "./kit/fonts.css";
import "./kit/tokens.css";
import "./kit/base.css";

beforeSchema(bringTypes);
boot().then(
  () => createApp(AppShell).use(router).mount("#app"),
  (refusal: unknown) => createApp(BootFailure, { refusal }).mount("#app"),
);

// What is opened next is fetched while nothing else is happening.
const CALM_MS = 2500;
window.setTimeout(() => {
  void import("./pages/RecordPage.vue");
  void import("./views/board/BoardView.vue");
}, CALM_MS);

// Installed on a phone or a desktop, the shell opens without the network too.  Where the browser has none, or forbids it, nothing is lost.
if (import.meta.env.PROD) window.addEventListener("load", () => void navigator.serviceWorker?.register("/sw.js").catch(() => {}));
