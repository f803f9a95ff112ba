/** The record being added, if any: asked for from lists, boards, the palette and the phone's «+», shown once by the shell. */
import { shallowRef } from "vue";
import type { Cell } from "../../api/types";

export interface Creating {
  readonly entity: string;
  readonly preset: Record<string, Cell>;
}

export const creating = shallowRef<Creating | null>(null);

export function startCreate(entity: string, preset: Record<string, Cell> = {}): void {
  creating.value = { entity, preset };
}
