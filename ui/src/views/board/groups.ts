/** Columns of a board: the first cards of each come in one request, the rest as one scrolls, from whatever place.

    A column is as long as the stage: a hundred thousand cards are a hundred thousand places, and only those that
    have been looked at are read. */
import { ref, shallowReactive, shallowRef, watch, type Ref } from "vue";
import { queryGroups, queryPage } from "../../api/records";
import type { Cell, Field, Group, Measure } from "../../api/types";
import { sayCell } from "../../fields";
import { all } from "../../fields/formula";
import { hueOf } from "../../kit/hue";
import { putRows, type Rec } from "../../records/cache";
import { watchLive } from "../../records/live";
import { sayRefusal, tell } from "../../records/save";
import { t } from "../../words";
import { clauseOfGroup } from "../list/groups";

export interface Lane {
  readonly key: string;
  readonly value: Cell;
  readonly title: string;
  readonly hue: number;
  count: number;
  total: Cell | undefined;
  /** A place for each card; what has not been looked at is not there yet. */
  rows: (Rec | undefined)[];
  /** The places in sight. */
  sight: readonly [first: number, last: number];
}

export interface LanesQuery {
  readonly entity: string;
  readonly group: Field;
  /** Values that are always shown, in this order: the stages of a pipeline, options of a list.  null: what the data has. */
  readonly order: readonly { readonly key: string; readonly title: string; readonly hue: number | null; readonly archived?: boolean }[] | null;
  /** Nothing else than `order` is shown: stages of other pipelines have no place here. */
  readonly closed: boolean;
  readonly filter: string;
  readonly sort: string;
  readonly fields: readonly string[];
  readonly totals: readonly Measure[];
}

const FIRST = 20;
const PAGE = 30;
const CARRIED_MS = 400;
/** More of a column than this is not held: what is far from sight is read again when one comes back to it. */
const HELD = 1500;

export const laneKey = (value: Cell): string => JSON.stringify(Array.isArray(value) ? value[0] : value);

export const cardsOf = (lane: Lane): Rec[] => lane.rows.filter((rec): rec is Rec => rec !== undefined);

export function useLanes(query: Ref<LanesQuery | null>) {
  const lanes = shallowRef<readonly Lane[]>([]);
  const loaded = ref(false);
  const failed = ref("");
  let stop = new AbortController();
  const pending = new Map<string, { readonly lane: Lane; readonly from: number; readonly to: number; readonly stop: AbortController }>();

  async function load(quietly = false): Promise<void> {
    const asked = query.value;
    if (!asked) return;
    stop.abort();
    stop = new AbortController();
    for (const one of pending.values()) one.stop.abort();
    pending.clear();
    const { signal } = stop;
    if (!quietly) loaded.value = false;
    try {
      const { groups } = await queryGroups(asked.entity, {
        filter: asked.filter, sort: asked.sort, fields: asked.fields, group: asked.group.key, first: FIRST, totals: asked.totals,
      }, signal);
      if (signal.aborted) return;
      lanes.value = arrange(asked, groups, quietly ? lanes.value : []);
      failed.value = "";
      loaded.value = true;
      // Places further down may have moved: those in sight are read again where they stand.
      if (quietly) for (const lane of lanes.value) if (lane.sight[1] > FIRST) void read(lane, ...lane.sight);
    } catch (refusal) {
      if (signal.aborted) return;
      if (!quietly || !lanes.value.length) failed.value = sayRefusal(refusal);
      loaded.value = true;
    }
  }

  /** These places are in sight; what is missing of them is read. */
  function look(lane: Lane, first: number, last: number): void {
    lane.sight = [first, last];
    // While one scrolls on, one request at a time: a server that answers about all that was scrolled past would be late
    // with what is looked at.  What is in sight when it has answered is asked for then.
    if ([...pending.values()].some((one) => one.lane.key === lane.key && (one.to <= first - PAGE || one.from >= last + PAGE))) return;
    for (let page = Math.floor(first / PAGE); page * PAGE < Math.min(last, lane.count); page++) {
      const [from, to] = [page * PAGE, Math.min((page + 1) * PAGE, lane.count)];
      for (let index = from; index < to; index++) {
        if (lane.rows[index] !== undefined) continue;
        void read(lane, from, to);
        break;
      }
    }
  }

  async function read(lane: Lane, from: number, to: number): Promise<void> {
    const asked = query.value;
    const name = `${lane.key} ${from}`;
    if (!asked || pending.has(name)) return;
    const own = { lane, from, to, stop: new AbortController() };
    pending.set(name, own);
    const { signal } = own.stop;
    const [first, last] = lane.sight;
    try {
      const page = await queryPage(asked.entity, {
        filter: all([asked.filter, clauseOfGroup(asked.group, lane.value)]), sort: asked.sort, fields: asked.fields, offset: from, limit: Math.max(1, to - from),
      }, signal);
      if (signal.aborted) return;
      const read = putRows(asked.entity, page.columns, page.rows);
      const known = new Set(read);
      const rows = lane.rows.map((rec) => (rec && known.has(rec) ? undefined : rec));
      rows.length = Math.max(lane.count, from + read.length);
      read.forEach((rec, at) => (rows[from + at] = rec));
      lane.rows = nearSight(rows, lane.sight);
    } catch (refusal) {
      // Nothing is lost: the places stay empty, and are read again when the person scrolls.
      if (!signal.aborted) tell(refusal);
    } finally {
      if (pending.get(name) === own) pending.delete(name);
      if (!signal.aborted && (lane.sight[0] !== first || lane.sight[1] !== last)) look(lane, ...lane.sight);
    }
  }

  watch(() => JSON.stringify(query.value), () => void load(), { immediate: true });
  watchLive({
    entity: () => query.value?.entity ?? "",
    ids: () => lanes.value.flatMap((one) => one.rows.slice(...one.sight).flatMap((rec) => (rec ? [rec.id] : []))),
    fields: () => query.value?.fields ?? [],
    refresh: refreshInPlace,
  });

  // Columns do not change under a card that is being carried over them.
  function refreshInPlace(): void {
    if (document.body.classList.contains("dragging")) window.setTimeout(refreshInPlace, CARRIED_MS);
    else if (loaded.value) void load(true);
  }

  return { lanes, loaded, failed, load, look };
}

function nearSight(rows: (Rec | undefined)[], [first, last]: Lane["sight"]): (Rec | undefined)[] {
  let held = 0;
  rows.forEach((rec) => rec && held++);
  if (held <= HELD) return rows;
  const near: (Rec | undefined)[] = [];
  // The first ones come with every refresh.
  rows.forEach((rec, at) => {
    if (rec && (at < FIRST || (at >= first - HELD / 3 && at < last + HELD / 3))) near[at] = rec;
  });
  near.length = rows.length;
  return near;
}

function arrange(asked: LanesQuery, groups: readonly Group[], before: readonly Lane[]): readonly Lane[] {
  const found = new Map(groups.map((group) => [laneKey(group.value), group]));
  const own = (asked.order ?? []).filter((one) => !one.archived || found.has(laneKey(one.key)))
    .map((one) => makeLane(asked, one.key, one.title, one.hue ?? hueOf(one.key), found.get(laneKey(one.key)), before));
  const known = new Set(own.map((lane) => lane.key));
  const others = asked.order && asked.closed ? [] : groups.filter((group) => !known.has(laneKey(group.value))).map((group) => {
    const title = group.value === null ? t("board.empty_value") : sayCell(asked.group, group.value);
    return makeLane(asked, group.value, title, group.value === null ? 260 : hueOf(title), group, before);
  });
  return [...own, ...others];
}

function makeLane(asked: LanesQuery, value: Cell, title: string, hue: number, group: Group | undefined, before: readonly Lane[]): Lane {
  const read = group ? putRows(asked.entity, group.columns, group.rows) : [];
  const shown = before.find((one) => one.key === laneKey(value));
  const count = group?.count ?? 0;
  const rows: (Rec | undefined)[] = [...read];
  // A quiet refresh keeps the cards that were scrolled to, so that the column does not jump.
  if (shown && read.length === FIRST) {
    const known = new Set(read);
    shown.rows.forEach((rec, at) => {
      if (at >= FIRST && at < count && rec && !known.has(rec) && laneKey(rec.values[asked.group.key] ?? null) === laneKey(value)) rows[at] = rec;
    });
  }
  rows.length = count;
  return shallowReactive({ key: laneKey(value), value, title, hue, count, total: group?.totals[0], rows, sight: shown?.sight ?? ([0, FIRST] as const) });
}
