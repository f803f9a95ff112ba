/** Short messages at the bottom: what happened, and the way back. */
import { shallowReactive } from "vue";

export interface ToastAction {
  readonly title: string;
  run(): void;
}

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: "plain" | "danger";
  readonly action: ToastAction | undefined;
  ended(): void;
}

export const toasts = shallowReactive<Toast[]>([]);
let last = 0;

/** A message with an action stays twice as long: a person must have time to reach for it. */
export function toast(text: string, options: { tone?: Toast["tone"]; action?: ToastAction; ended?: () => void } = {}): void {
  const id = ++last;
  toasts.push({ id, text, tone: options.tone ?? "plain", action: options.action, ended: options.ended ?? ((): void => {}) });
  if (toasts.length > 4) toasts.shift()?.ended();
  window.setTimeout(() => dismiss(id), options.action || options.tone === "danger" ? 7000 : 3500);
}

export function dismiss(id: number): void {
  const index = toasts.findIndex((one) => one.id === id);
  if (index !== -1) toasts.splice(index, 1)[0]?.ended();
}
