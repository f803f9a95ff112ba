/** Conditions on text; shared by every type whose value is one line. */
import { defineAsyncComponent } from "vue";
import { isEmpty, isFilled, quote } from "./formula";
import type { Asking } from "./types";

export const askText: Asking = {
  conditions: ["contains", "starts", "equals", "differs", "filled", "empty"],
  component: defineAsyncComponent(() => import("./AskText.vue")),
  clause(path, condition, value) {
    if (condition === "empty") return isEmpty(path);
    if (condition === "filled") return isFilled(path);
    if (typeof value !== "string" || value.trim() === "") return "";
    const literal = quote(value.trim());
    switch (condition) {
      case "starts": return `starts_with(${path}, ${literal})`;
      case "equals": return `${path} = ${literal}`;
      case "differs": return `${path} <> ${literal}`;
      default: return `contains(${path}, ${literal})`;
    }
  },
  say: (value) => (typeof value === "string" ? value : ""),
};
