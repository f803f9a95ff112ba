/** Every write of this browser, counted by entity: lists watch the count to bring their totals up to date. */
import { shallowReactive } from "vue";

const counts = shallowReactive<Record<string, number>>({});

export const writesOf = (entity: string): number => counts[entity] ?? 0;

export const noteWrite = (entity: string): void => void (counts[entity] = writesOf(entity) + 1);
