/** What a person has chosen for one view: columns, widths, order, conditions, groups, colours.

    Three layers: the view as it is kept (of the configuration, one's own or shared), over it what the person has
    changed and not kept as a view (his preferences), over that the address, when it says something. */
import { computed, nextTick, ref, shallowReactive, shallowRef, watch, type Ref } from "vue";
import type { Json, Measure, SavedView } from "../api/types";
import { fieldType } from "../fields";
import { all, quote } from "../fields/formula";
import { keepPreference, loadPreference } from "../records/preference";
import { findField, nameField, summedFields, type Entity, type Field, type View } from "../schema";
import type { Address } from "./address";
import { pathOf } from "./grains";
import { clauseOf, isKnownPart, partId, type Part } from "./asked";

export { clauseOf, type Asked, type Part } from "./asked";

/** A view of the list: of the configuration, or one that people keep. */
export type ListView = View & { readonly kept?: SavedView };

export interface Colour {
  readonly hue: number;
  readonly parts: readonly Part[];
  /** Only this column gets the colour; "" the whole row. */
  readonly field: string;
}

export type Height = "compact" | "normal" | "tall";
export const HEIGHTS: Readonly<Record<Height, number>> = { compact: 30, normal: 36, tall: 56 };

const NAME_PX = 270;

interface Kept {
  columns?: readonly string[];
  widths?: Readonly<Record<string, number>>;
  sort?: readonly string[];
  asked?: readonly Part[];
  totals?: Readonly<Record<string, string>>;
  group?: string;
  closed?: readonly string[];
  colours?: readonly Colour[];
  height?: Height;
  pinned?: number;
  more?: More;
}

/** What a kind of view keeps for itself, by its name. */
export type More = Readonly<Record<string, Json>>;

export function useViewSettings(entity: Ref<Entity>, view: Ref<ListView>) {
  const key = computed(() => `view.${entity.value.key}.${view.value.key}`);
  const ready = ref(false);
  const columns = ref<string[]>([]);
  const widths = shallowReactive<Record<string, number>>({});
  const sort = ref<string[]>([]);
  const asked = shallowRef<readonly Part[]>([]);
  const totalBy = ref<Record<string, string>>({});
  const search = ref("");
  /** What the kind of view shows now, as the address says it; "" what it shows at first. */
  const at = ref("");
  const group = ref("");
  const closed = shallowRef<readonly string[]>([]);
  const colours = shallowRef<readonly Colour[]>([]);
  const height = ref<Height>("normal");
  const pinned = ref(1);
  const more = shallowRef<More>({});

  /** The state of the address comes with the load and takes the place of what was kept of it. */
  let given: Address | null = null;
  let loaded = "";

  // The configuration may have changed since the settings were kept: what is gone is left out.
  const isKnown = (path: string): boolean => findField(entity.value, path) !== null;
  const bare = (path: string): string => path.replace(/^-/, "");

  function put(kept: Kept): void {
    const own = bodyOf(view.value);
    columns.value = [...(kept.columns ?? own.columns ?? view.value.columns)].filter(isKnown);
    sort.value = [...(kept.sort ?? own.sort ?? view.value.sort)].filter((one) => isKnown(bare(one)));
    asked.value = (kept.asked ?? own.asked ?? []).filter((one) => isKnownPart(entity.value, one));
    totalBy.value = { ...(kept.totals ?? own.totals) };
    const grouped = kept.group ?? own.group ?? (view.value.kind === "list" ? view.value.group : "");
    group.value = grouped && isKnown(pathOf(grouped)) ? grouped : "";
    closed.value = kept.closed ?? [];
    colours.value = kept.colours ?? own.colours ?? [];
    height.value = kept.height ?? own.height ?? "normal";
    pinned.value = kept.pinned ?? own.pinned ?? 1;
    more.value = kept.more ?? own.more ?? {};
    for (const name of Object.keys(widths)) delete widths[name];
    Object.assign(widths, kept.widths ?? own.widths ?? {});
  }

  async function load(): Promise<void> {
    ready.value = false;
    const wanted = key.value;
    loaded = wanted;
    const kept = await loadPreference<Kept>(wanted, {});
    if (wanted !== key.value) return;
    put(kept);
    search.value = "";
    at.value = "";
    if (given) follow(given);
    given = null;
    ready.value = true;
  }

  /** The address says all of the question: what it does not name is as the view has it. */
  function follow(address: Address): void {
    const own = bodyOf(view.value);
    asked.value = (address.asked ?? own.asked ?? []).filter((one) => isKnownPart(entity.value, one));
    sort.value = [...(address.sort ?? own.sort ?? view.value.sort)].filter((one) => isKnown(bare(one)));
    const grouped = address.group ?? own.group ?? (view.value.kind === "list" ? view.value.group : "");
    group.value = grouped && isKnown(pathOf(grouped)) ? grouped : "";
    search.value = address.search ?? "";
    at.value = address.at ?? "";
  }

  /** At once, or `later`, with the view that is about to be loaded. */
  function take(address: Address, later: boolean): void {
    if (ready.value && !later) follow(address);
    else given = address;
  }

  /** The question of the view as it is kept. */
  function before(): { readonly asked: readonly Part[]; readonly sort: readonly string[]; readonly group: string } {
    const own = bodyOf(view.value);
    return {
      asked: own.asked ?? [], sort: own.sort ?? view.value.sort, group: own.group ?? (view.value.kind === "list" ? view.value.group : ""),
    };
  }

  /** What was changed and not kept is now kept as a view: it need not be remembered beside it. */
  function forget(viewKey: string): void {
    if (viewKey !== view.value.key) reset();
    // After the change that put it back has been seen, or it would be written again.
    for (const one of new Set([viewKey, view.value.key])) void nextTick(() => keepPreference(`view.${entity.value.key}.${one}`, null));
  }

  function keep(): void {
    // What was changed a moment before another view was chosen is not of that one.
    if (!ready.value || loaded !== key.value) return;
    keepPreference(key.value, state());
  }

  const state = (): Kept => ({
    columns: columns.value, widths: { ...widths }, sort: sort.value, asked: asked.value, totals: totalBy.value, group: group.value,
    closed: closed.value.slice(0, 500), colours: colours.value, height: height.value, pinned: pinned.value, more: more.value,
  });

  /** Back to the view as it is kept. */
  function reset(): void {
    put({});
    search.value = "";
  }

  watch(key, () => void load(), { immediate: true });
  watch([columns, sort, asked, totalBy, group, closed, colours, height, pinned, more, () => ({ ...widths })], keep, { deep: true });

  const fields = computed<readonly Field[]>(() =>
    columns.value.map((path) => findField(entity.value, path)).filter((field): field is Field => field !== null));

  // A kept view says its condition by parts, so that relative days move on; one of the configuration by a formula.
  const base = computed(() => (view.value.kept ? "" : view.value.filter));
  const clauses = (): readonly string[] => asked.value.map((one) => clauseOf(entity.value, one));
  const searched = computed(() => (search.value.trim() ? `contains(label, ${quote(search.value.trim())})` : ""));
  const filter = computed(() => all([base.value, ...clauses(), searched.value]));

  /** Fields whose totals are shown: the view's own, then every column that can be summed. */
  const totals = computed<readonly (Measure & { readonly of: Field })[]>(() => {
    const summed = summedFields(fields.value);
    const own = view.value.total ? findField(entity.value, view.value.total) : null;
    const chosen = fields.value.filter((field) => totalBy.value[field.key]);
    const shown = [...new Map([...(own ? [own] : []), ...summed, ...chosen].map((field) => [field.key, field])).values()];
    return shown.filter((field) => totalBy.value[field.key] !== "none").slice(0, 8).map((field) => ({ function: totalBy.value[field.key] ?? "sum", field: field.key, of: field }));
  });

  const grouped = computed(() => (group.value ? findField(entity.value, pathOf(group.value)) : null));
  const widthOf = (field: Field): number =>
    widths[field.key] ?? (field.key === nameField(entity.value)?.key ? NAME_PX : (fieldType(field).width ?? 150));
  const sorted = computed(() => sort.value.join() !== (bodyOf(view.value).sort ?? view.value.sort).join());

  /** Whether what is asked or shown is other than the view as it is kept. */
  const changed = computed(() => {
    const own = bodyOf(view.value);
    const before: Kept = {
      columns: own.columns ?? view.value.columns, sort: own.sort ?? view.value.sort, asked: own.asked ?? [],
      group: own.group ?? (view.value.kind === "list" ? view.value.group : ""), colours: own.colours ?? [], height: own.height ?? "normal", pinned: own.pinned ?? 1,
      more: own.more ?? {},
    };
    const now = state();
    return (Object.keys(before) as (keyof Kept)[]).some((name) => plain(now[name]) !== plain(before[name]));
  });

  return {
    ready, columns, widths, sort, asked, totalBy, search, at, group, closed, colours, height, pinned, more, fields, filter, base, totals, grouped, widthOf, sorted, changed,
    sortText: computed(() => sort.value.join(",")), clauses, reset, take, before, forget, state,
  };
}

export type ViewSettings = ReturnType<typeof useViewSettings>;

// The numbers of parts tell them apart on the screen and mean nothing beyond it.
const plain = (value: unknown): string => JSON.stringify(value, (name, one: unknown) => (name === "id" ? undefined : one)) ?? "";

// A view that a program made says only the formula.
const partsOf = (asked: unknown, formula: string): readonly Part[] =>
  Array.isArray(asked) ? (asked as readonly Part[]) : formula.trim() ? [{ id: partId(), text: formula }] : [];

/** What a view kept by people says; {} for one of the configuration. */
function bodyOf(view: ListView): Kept {
  const body = view.kept?.view;
  if (!body) return {};
  return {
    columns: body.columns, widths: body.widths, sort: body.sort, asked: partsOf(body.asked, body.filter), totals: body.totals, group: body.group,
    colours: body.colours.map((one) => ({ hue: one.hue, field: one.field, parts: partsOf(one.asked, one.rule) })), height: body.height, pinned: body.pinned,
    more: Object.fromEntries(Object.entries(body.more).filter(([, told]) => typeof told !== "string")),
  };
}
