/** The button of a popover or a menu, and its body, which is loaded when it is first wanted. */
import { cloneVNode, Comment, defineAsyncComponent, defineComponent, Fragment, type VNode } from "vue";

const load = () => import("./PopBody.vue");

export const PopBody = defineAsyncComponent(load);

/** So that the first press opens at once. */
export const preloadPop = (): void => void load();

/** The button given in the slot, told what it opens and whether that is open. */
export const PopButton = defineComponent({
  props: { open: Boolean, opens: { type: String, default: "dialog" } },
  emits: ["press"],
  setup: (props, { slots, emit }) => () => {
    const button = firstElement(slots["default"]?.() ?? []);
    return button && cloneVNode(button, {
      "aria-haspopup": props.opens, "aria-expanded": props.open, "data-state": props.open ? "open" : "closed",
      onClick: () => emit("press"), onPointerenter: preloadPop, onFocus: preloadPop,
    }, true);
  },
});

// A slot that is passed on comes as a fragment around what was given.
function firstElement(nodes: readonly VNode[]): VNode | undefined {
  for (const node of nodes) {
    if (node.type === Fragment && Array.isArray(node.children)) return firstElement(node.children as VNode[]);
    if (node.type !== Comment) return node;
  }
  return undefined;
}
