import { createApp } from "vue";
import AppShell from "./app/AppShell.vue";
import { router } from "./app/router";
import { bringTypes } from "./fields";
import { beforeSchema } from "./schema";
import { boot } from "./schema/session";
import BootFailure from "./pages/BootFailure.vue";
import { toast } from "./kit/toast";
import { loadLaterWords, t } from "./words";
import "./kit/fonts.css";
import "./kit/tokens.css";
import "./kit/base.css";

beforeSchema(bringTypes);
boot().then(
  () => createApp(AppShell).use(router).mount("#app"),
  (refusal: unknown) => createApp(BootFailure, { refusal }).mount("#app"),
);

// What is opened next is fetched while nothing else is happening, and what is needed just when the network is not there.
const CALM_MS = 2500;
let ahead = false;
window.setTimeout(() => {
  ahead = true;
  const parts = [import("./pages/RecordPage.vue"), import("./views/board/BoardView.vue"), import("./views/create/CreateBox.vue"), import("./records/ConflictBox.vue"), import("./records/DemandBox.vue"), loadLaterWords()];
  void Promise.allSettled(parts).then(() => (ahead = false));
}, CALM_MS);

// A part that was asked for and did not come is told of; asked for again, it is fetched again.
window.addEventListener("vite:preloadError", () => {
  if (!ahead) toast(t("error.offline"), { tone: "danger" });
});

// Installed on a phone or a desktop, the shell opens without the network too.  Where the browser has none, or forbids it, nothing is lost.
if (import.meta.env.PROD) window.addEventListener("load", () => void navigator.serviceWorker?.register("/sw.js").catch(() => {}));
