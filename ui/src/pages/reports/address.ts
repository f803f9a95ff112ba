/** A report is its address: what is chosen stands in the query, so a link is the report itself. */
import { computed } from "vue";
import { useRoute, useRouter, type LocationQuery } from "vue-router";
import { all } from "../../fields/formula";
import { findEntity, menu, schema, type Entity } from "../../schema";
import { clauseOf, type Asked } from "../../views/settings";
import { readMoment } from "../past/moment";

export type Kind = "pivot" | "funnel";
export type ChartKind = "bars" | "lines" | "none";

export interface Report {
  readonly kind: Kind;
  readonly entity: Entity;
  readonly asked: readonly Asked[];
  /** The day whose base is reported on, "" for now. */
  readonly at: string;
  /** pivot */
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly measures: readonly string[];
  readonly chart: ChartKind;
  /** funnel; period: a name, "2026-01-01..2026-03-31", or "" for all time */
  readonly pipeline: string;
  readonly period: string;
  readonly by: string;
  /** One group of a cut funnel, by its formula. */
  readonly only: string;
  readonly onlyTitle: string;
}

/** Records first, in the order of the menu: lines and lists of words are reported on less often. */
export function reportable(): readonly Entity[] {
  const listed = menu().map((entry) => entry.entity);
  const rest = Object.values(schema().entities).filter((entity) => entity.kind !== "dictionary" && !listed.includes(entity.key)).map((entity) => entity.key);
  return [...listed, ...rest].map(findEntity).filter((entity): entity is Entity => entity !== null && entity.rights.see);
}

export const staged = (): readonly Entity[] => reportable().filter((entity) => entity.pipelines.length > 0);

const text = (query: LocationQuery, key: string): string => (typeof query[key] === "string" ? query[key] : "");
const list = (query: LocationQuery, key: string): readonly string[] => text(query, key).split(",").filter(Boolean);

// What a person types into an address may be anything: what is not understood is not asked.
function readAsked(written: string): readonly Asked[] {
  try {
    const found: unknown = JSON.parse(written || "[]");
    return Array.isArray(found) ? found.filter((one): one is Asked => typeof one?.field === "string" && typeof one.condition === "string") : [];
  } catch {
    return [];
  }
}

export function readReport(query: LocationQuery): Report | null {
  const kind: Kind = query["kind"] === "funnel" ? "funnel" : "pivot";
  const choice = kind === "funnel" ? staged() : reportable();
  const entity = choice.find((one) => one.key === query["of"]) ?? choice.find((one) => one.pipelines.length) ?? choice[0];
  if (!entity) return null;
  const chart = text(query, "chart");
  const fresh = kind === "pivot" && query["rows"] === undefined;
  return {
    kind, entity, asked: readAsked(text(query, "where")), at: readMoment(query["at"]),
    ...(fresh ? usual(entity) : { rows: list(query, "rows"), columns: list(query, "columns"), measures: list(query, "measures") }),
    chart: chart === "lines" || chart === "none" ? chart : "bars",
    pipeline: text(query, "pipeline"), period: query["period"] === undefined ? "" : text(query, "period"), by: text(query, "by"),
    only: text(query, "only"), onlyTitle: text(query, "named"),
  };
}

/** What one sees before anything is chosen: who stands where, and what it adds up to. */
export function usual(entity: Entity): Pick<Report, "rows" | "columns" | "measures"> {
  const role = (name: string): string[] => entity.fields.filter((field) => field.role === name).map((field) => field.key);
  const amount = role("amount")[0];
  const rows = role("responsible").slice(0, 1);
  return { rows, columns: role("stage").slice(0, 1), measures: amount ? [`sum:${amount}`] : ["count"] };
}

export function writeReport(report: Report): Record<string, string> {
  const shared = { kind: report.kind, of: report.entity.key, where: report.asked.length ? JSON.stringify(report.asked) : "", at: report.at };
  const own = report.kind === "pivot"
    ? { rows: report.rows.join(), columns: report.columns.join(), measures: report.measures.join(), chart: report.chart === "bars" ? "" : report.chart }
    : { pipeline: report.pipeline, period: report.period, by: report.by, only: report.only, named: report.onlyTitle };
  // «rows=» says that nobody chose rows, its absence that nobody has chosen yet.
  return Object.fromEntries(Object.entries({ ...shared, ...own }).filter(([key, value]) => value !== "" || key === "rows"));
}

export const filterOf = (report: Report): string => all([...report.asked.map((one) => clauseOf(report.entity, one)), report.only]);

export function useReport() {
  const route = useRoute();
  const router = useRouter();
  const report = computed(() => readReport(route.query));

  function change(next: Partial<Report>): void {
    if (report.value) void router.replace({ query: writeReport({ ...report.value, ...next }) });
  }

  /** Conditions and groups of one object mean nothing for another. */
  function choose(kind: Kind, entity: Entity): void {
    const now = report.value;
    if (!now) return;
    const same = now.entity.key === entity.key;
    const blank = { rows: [], columns: [], measures: [], pipeline: "", by: "", only: "", onlyTitle: "", asked: [] };
    void router.replace({ query: writeReport({ ...now, ...(same ? {} : blank), ...(same && now.kind === kind ? {} : usual(entity)), kind, entity }) });
  }

  return { report, change, choose };
}
