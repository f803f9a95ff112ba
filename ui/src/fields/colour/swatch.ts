import { h, type VNode } from "vue";

/** What the server has made sure of is checked again: it goes into a style. */
const safe = (code: string): string => (/^#[0-9a-f]{6}$/i.test(code) ? code : "transparent");

const mark = (code: string): VNode => h("span", {
  "aria-hidden": "true",
  style: { display: "inline-block", width: "14px", height: "14px", flex: "none", borderRadius: "4px", background: safe(code), boxShadow: "inset 0 0 0 1px var(--line)" },
});

export const swatchNode = (code: string): VNode => h("span", { class: "person" }, [mark(code), h("span", { class: "ell num" }, code)]);
