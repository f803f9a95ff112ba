/** The configurator: the configuration as it is written, what a change would do, doing it, going back. */
import { queryText, request } from "./http";
import type { Cell, Json } from "./types";

/** `ru` is always there in what the server sends; an English title and the cases of the Russian one may be absent. */
export type TitleTable = Readonly<Partial<Record<TitleForm, string>>>;
export type TitleForm = "ru" | "en" | "plural" | "genitive" | "dative" | "accusative" | "instrumental" | "prepositional" | "genitive_plural" | "plural_en";

export interface OptionTable {
  readonly key?: string;
  readonly title: TitleTable;
  readonly hue?: number | null;
  readonly archived?: boolean;
}

/** A field as TOML has it: besides these, options of its type (`max`, `to`, `formula`…). */
export interface FieldTable {
  readonly key: string;
  readonly title: TitleTable;
  readonly type: string;
  readonly required?: boolean;
  readonly unique?: boolean;
  readonly indexed?: boolean;
  readonly hidden?: boolean;
  readonly role?: string;
  readonly hint?: TitleTable | null;
  readonly default?: Json;
  readonly check?: string;
  readonly check_title?: TitleTable | null;
  /** The trait that brings it, until somebody changes it. */
  readonly trait?: string;
  readonly to?: string | readonly string[];
  readonly on_delete?: string;
  readonly options?: readonly OptionTable[];
  readonly [option: string]: unknown;
}

export interface StageTable {
  readonly key: string;
  readonly title: TitleTable;
  readonly hue?: number | null;
  readonly probability_percent?: number | null;
  readonly ends?: "" | "won" | "lost";
  readonly requires?: readonly string[];
  /** Absent: it may go to any. */
  readonly next?: readonly string[];
}

export interface PipelineTable {
  readonly key: string;
  readonly title: TitleTable;
  readonly stages: readonly StageTable[];
}

export interface EntityTable {
  readonly key: string;
  readonly title: TitleTable;
  readonly kind?: "record" | "line";
  readonly parent?: string;
  readonly icon?: string;
  readonly hue?: number;
  readonly label?: string;
  readonly module?: string;
  readonly hidden?: boolean;
  readonly duplicates?: readonly string[];
  readonly traits?: readonly string[] | Readonly<Record<string, Json>>;
  readonly field: readonly FieldTable[];
  readonly pipeline?: readonly PipelineTable[];
  readonly view?: readonly Readonly<Record<string, Json>>[];
  readonly form?: Readonly<Record<string, Json>> | null;
  /** Where it came from: the key of a solution, "org" for what lies beneath every one, "" for the company's own. */
  readonly origin: string;
}

export interface Source {
  readonly settings: Readonly<Record<string, Json>>;
  readonly entities: readonly EntityTable[];
  readonly dictionaries: readonly EntityTable[];
  readonly roles: readonly { readonly key: string; readonly title: TitleTable; readonly home?: Readonly<Record<string, Json>> }[];
  /** The home page of the company; {} where nobody drew one. */
  readonly home: Readonly<Record<string, Json>>;
  readonly menu: readonly { readonly entity: string; readonly group?: TitleTable | string }[];
}

export interface Written {
  readonly revision: number;
  readonly source: Source;
  /** Living records of each object. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface PaletteType {
  readonly key: string;
  readonly options: readonly { readonly key: string; readonly default: Json }[];
  /** Types it may be retyped to. */
  readonly becomes: readonly string[];
  readonly computed: boolean;
}

export interface PaletteTrait {
  readonly key: string;
  readonly title: string;
  readonly options: Readonly<Record<string, Json>>;
  readonly fields: readonly string[];
}

export interface Palette {
  readonly types: readonly PaletteType[];
  readonly traits: readonly PaletteTrait[];
}

/** One operation of svyaz/configurator/edits.py; the server names whatever it does not understand. */
export type Edit = { readonly do: string } & Readonly<Record<string, unknown>>;

export interface Use {
  readonly kind: string;
  readonly entity: string;
  readonly key: string;
  readonly text: string;
}

export interface PlanStep {
  readonly kind: "made" | "changed" | "hidden" | "shown" | "moved" | "lost";
  readonly code: string;
  readonly text: string;
  readonly entity: string;
  readonly field: string;
  readonly records: number;
  readonly seconds: number;
  readonly risk: Risk;
  readonly uses: readonly Use[];
}

export type Risk = "safe" | "slow" | "loses";

export interface KeptBack {
  readonly entity?: string;
  readonly field: string;
  readonly count: number;
  readonly examples: readonly (readonly [id: number, value: Cell])[];
}

export interface Ask {
  readonly code: string;
  readonly text: string;
  readonly entity: string;
  readonly field: string;
  readonly value: string;
  readonly count: number;
  readonly options: readonly (readonly [key: string, title: string])[];
}

export interface Plan {
  readonly revision: number;
  readonly digest: string;
  readonly risk: Risk;
  readonly records: number;
  readonly seconds: number;
  /** For how many of them others' writes wait. */
  readonly holds: number;
  readonly steps: readonly PlanStep[];
  readonly kept_back: readonly KeptBack[];
  readonly asks: readonly Ask[];
}

export interface Outcome {
  readonly revision: number;
  readonly kept_back: readonly KeptBack[];
  /** Values that are counted anew after the change: GET /api/jobs/{id}. */
  readonly jobs: readonly number[];
}

export interface Revision {
  readonly number: number;
  readonly at: string;
  readonly actor: readonly [id: number, label: string] | null;
  readonly title: string;
  readonly steps: readonly string[];
}

export interface RevisionChange {
  readonly kind: PlanStep["kind"];
  readonly code: string;
  readonly text: string;
  readonly entity: string;
  readonly field: string;
}

/** What is wanted of a configuration: edits, or to go back; `edits` beside `restore` answer where records go. */
export interface Wanted {
  readonly edits: readonly Edit[];
  readonly restore?: number;
}

export const readSource = (): Promise<Written> => request("GET", "/api/schema/source");

export const readPalette = (): Promise<Palette> => request("GET", "/api/schema/palette");

export const planSchema = (revision: number, wanted: Wanted): Promise<Plan> => request("POST", "/api/schema/plan", { revision, ...wanted });

export interface OutlineRow {
  readonly line: number;
  readonly deep: boolean;
  readonly title: string;
  /** Of the field; "child": an object whose records lead here; "" where the line is not understood. */
  readonly type: string;
  readonly to: string;
  readonly made: boolean;
  readonly told: string;
  readonly problem: string | null;
}

export interface Outline {
  readonly rows: readonly OutlineRow[];
  readonly edits: readonly Edit[];
}

/** What a list of fields, a line each, would make; nothing is changed. */
export const readOutline = (entity: string, text: string): Promise<Outline> => request("POST", "/api/schema/outline", { entity, text });

export const applySchema = (revision: number, wanted: Wanted, title: string, confirm = ""): Promise<Outcome> =>
  request("POST", "/api/schema/apply", { revision, ...wanted, title, confirm });

export const undoSchema = (revision: number, confirm = ""): Promise<Outcome> => request("POST", "/api/schema/undo", { revision, confirm });

export const listRevisions = async (limit = 50): Promise<readonly Revision[]> =>
  (await request<{ revisions: readonly Revision[] }>("GET", `/api/schema/revisions${queryText({ limit })}`)).revisions;

export const compareRevisions = async (number: number, against: number): Promise<readonly RevisionChange[]> =>
  (await request<{ changes: readonly RevisionChange[] }>("GET", `/api/schema/revisions/${number}${queryText({ against })}`)).changes;

export interface JobView {
  readonly id: number;
  readonly state: string;
  readonly progress: { readonly done: number; readonly total: number | null };
}

export const readJob = (id: number): Promise<JobView> => request("GET", `/api/jobs/${id}`);

/** A column of a spreadsheet as the server understood it: a field to be, its cells, and the object its values name. */
export interface GuessedField extends FieldTable {
  readonly column: number;
  readonly samples: readonly string[];
  readonly links?: string;
  /** Of a recognised link: how many of the different values are there already, and the first of those that are and are not. */
  readonly matched?: { readonly found: number; readonly of: number; readonly here: readonly string[]; readonly new: readonly string[] };
}

export interface GuessedObject {
  readonly file: number;
  readonly table: { readonly title: TitleTable; readonly field: readonly GuessedField[]; readonly [setting: string]: unknown };
  readonly rows: number | null;
}

export function guessObject(file: File): Promise<GuessedObject> {
  const form = new FormData();
  form.append("file", file, file.name);
  return request("POST", "/api/schema/from_table", form);
}

export const makeObject = (file: number, revision: number, table: unknown): Promise<{ revision: number; entity: string; import: number; job: number }> =>
  request("POST", `/api/schema/from_table/${file}`, { revision, table });
