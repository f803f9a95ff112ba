/** Columns of a board: the first cards of each from one request, the rest by scrolling. */
import { ref, shallowReactive, shallowRef, watch, type Ref } from "vue";
import { queryGroups, queryPage } from "../../api/records";
import type { Cell, Field, Group, Measure } from "../../api/types";
import { fieldType, sayCell } from "../../fields";
import { all } from "../../fields/formula";
import { hueOf } from "../../kit/hue";
import { putRows, type Rec } from "../../records/cache";
import { watchLive } from "../../records/live";
import { sayRefusal } from "../../records/save";
import { t } from "../../words";

export interface Lane {
  readonly key: string;
  readonly value: Cell;
  readonly title: string;
  readonly hue: number;
  count: number;
  total: Cell | undefined;
  rows: Rec[];
  busy: boolean;
}

export interface LanesQuery {
  readonly entity: string;
  readonly group: Field;
  /** Values that are always shown, in this order: the stages of a pipeline.  null: what the data has. */
  readonly order: readonly { readonly key: string; readonly title: string; readonly hue: number | null }[] | null;
  readonly filter: string;
  readonly sort: string;
  readonly fields: readonly string[];
  readonly totals: readonly Measure[];
}

const FIRST = 20;
const MORE = 30;
const CARRIED_MS = 400;

export const laneKey = (value: Cell): string => JSON.stringify(Array.isArray(value) ? value[0] : value);

export function useLanes(query: Ref<LanesQuery | null>) {
  const lanes = shallowRef<readonly Lane[]>([]);
  const loaded = ref(false);
  const failed = ref("");
  let stop = new AbortController();

  async function load(quietly = false): Promise<void> {
    const asked = query.value;
    if (!asked) return;
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    if (!quietly) loaded.value = false;
    try {
      const { groups } = await queryGroups(asked.entity, {
        filter: asked.filter, sort: asked.sort, fields: asked.fields, group: asked.group.key, first: FIRST, totals: asked.totals,
      }, signal);
      if (signal.aborted) return;
      const shown = lanes.value;
      lanes.value = arrange(asked, groups, quietly ? shown : []);
      failed.value = "";
      loaded.value = true;
    } catch (refusal) {
      if (signal.aborted) return;
      failed.value = sayRefusal(refusal);
      loaded.value = true;
    }
  }

  async function more(lane: Lane): Promise<void> {
    const asked = query.value;
    if (!asked || lane.busy || lane.rows.length >= lane.count) return;
    lane.busy = true;
    const ask = fieldType(asked.group).ask;
    const clause = lane.value === null ? ask.clause(asked.group.key, "empty", null, asked.group) : clauseOf(asked.group, lane.value);
    try {
      const page = await queryPage(asked.entity, { filter: all([asked.filter, clause]), sort: asked.sort, fields: asked.fields, offset: lane.rows.length, limit: MORE }, stop.signal);
      const known = new Set(lane.rows.map((rec) => rec.id));
      lane.rows = [...lane.rows, ...putRows(asked.entity, page.columns, page.rows).filter((rec) => !known.has(rec.id))];
    } catch {
      // The person scrolls again; nothing is lost.
    }
    lane.busy = false;
  }

  watch(() => JSON.stringify(query.value), () => void load(), { immediate: true });
  watchLive({
    entity: () => query.value?.entity ?? "",
    ids: () => lanes.value.flatMap((one) => one.rows.map((rec) => rec.id)),
    fields: () => query.value?.fields ?? [],
    refresh: refreshInPlace,
  });

  // Columns do not change under a card that is being carried over them.
  function refreshInPlace(): void {
    if (document.body.classList.contains("dragging")) window.setTimeout(refreshInPlace, CARRIED_MS);
    else if (loaded.value) void load(true);
  }

  return { lanes, loaded, failed, load, more };
}

function clauseOf(field: Field, value: Cell): string {
  const list = Array.isArray(value) && Array.isArray(value[0]) ? value : [value];
  return fieldType(field).ask.clause(field.key, "is", list, field);
}

function arrange(asked: LanesQuery, groups: readonly Group[], before: readonly Lane[]): readonly Lane[] {
  const found = new Map(groups.map((group) => [laneKey(group.value), group]));
  if (asked.order) return asked.order.map((stage) => lane(asked, stage.key, stage.title, stage.hue ?? hueOf(stage.key), found.get(laneKey(stage.key)), before));
  return groups.map((group) => {
    const title = group.value === null ? t("board.empty_value") : sayCell(asked.group, group.value);
    return lane(asked, group.value, title, hueOf(title), group, before);
  });
}

function lane(asked: LanesQuery, value: Cell, title: string, hue: number, group: Group | undefined, before: readonly Lane[]): Lane {
  const rows = group ? putRows(asked.entity, group.columns, group.rows) : [];
  // A quiet refresh keeps the cards that were scrolled to, so that the column does not jump.
  const shown = before.find((one) => one.key === laneKey(value));
  const read = new Set(rows);
  const below = rows.length < FIRST ? [] : (shown?.rows.slice(rows.length) ?? []).filter((rec) => !read.has(rec) && laneKey(rec.values[asked.group.key] ?? null) === laneKey(value));
  const count = group?.count ?? 0;
  return shallowReactive({ key: laneKey(value), value, title, hue, count, total: group?.totals[0], rows: [...rows, ...below].slice(0, count), busy: false });
}
