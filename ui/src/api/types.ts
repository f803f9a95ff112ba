/** Shapes of the HTTP API (house.md §10), written by hand until they are generated from /api/openapi.json. */

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One cell of a row: what each field type makes of it is known in fields/. */
export type Cell = Json;

export type LinkCell = readonly [id: number, label: string | null, entity?: string];
export type MoneyCell = readonly [amount: string, currency: string];
export type FileCell = readonly [id: number, title: string, size: number];
export type LabelledCell = readonly [value: string, label: string];

export interface Option {
  readonly key: string;
  readonly title: string;
  readonly hue: number | null;
  readonly archived?: boolean;
}

export interface FieldOptions {
  readonly options?: readonly Option[];
  readonly to?: readonly string[];
  readonly many?: boolean;
  readonly multiline?: boolean;
  readonly scale?: number;
  readonly currency?: string | null;
  /** Of money: the company's currency. */
  readonly base?: string;
  readonly max?: number;
  /** Of a person's name: lists show «Иванов И. И.». */
  readonly initials?: boolean;
  /** Of a computed field: the type that keeps and shows it. */
  readonly result?: { readonly type: string; readonly options: FieldOptions };
  /** Of a code for a scanner: "qr", "ean13", "ean8", "code128". */
  readonly kind?: string;
}

export type Operator = "=" | "<>" | "<" | "<=" | ">" | ">=" | "in" | "contains" | "starts" | "empty";

export interface Field {
  readonly key: string;
  readonly number: number;
  readonly title: string;
  readonly type: string;
  readonly options: FieldOptions;
  readonly required: boolean;
  readonly unique: boolean;
  readonly role: string;
  readonly right: "read" | "edit";
  readonly system: boolean;
  readonly hint: string | null;
  readonly operators: readonly Operator[];
  readonly sortable: boolean;
  readonly aggregates: readonly string[];
}

export interface Stage {
  readonly key: string;
  readonly title: string;
  readonly hue: number | null;
  readonly probability_percent: number | null;
  readonly ends: "" | "won" | "lost";
  readonly requires: readonly string[];
  /** Stages that may be entered from this one; none named: any. */
  readonly next?: readonly string[];
}

export interface Pipeline {
  readonly key: string;
  readonly title: string;
  readonly stages: readonly Stage[];
}

export interface View {
  readonly key: string;
  readonly title: string;
  readonly kind: string;
  readonly columns: readonly string[];
  readonly filter: string;
  readonly sort: readonly string[];
  readonly group: string;
  readonly total: string;
  readonly pipeline: string;
  /** What the kind asks besides: "date" of a calendar. */
  readonly options: Readonly<Record<string, string>>;
}

export interface Section {
  readonly title: string;
  readonly fields: readonly string[];
  /** Fields side by side, 1 to 4. */
  readonly columns?: number;
  /** Those that take the whole width. */
  readonly wide?: readonly string[];
  /** What stands here in place of fields. */
  readonly block?: CardBlock | null;
}

/** do: "set" writes `fields` (the server knows what), "create" and "open" are of related records, "go" is an address of the site. */
export interface CardButton {
  readonly key: string;
  readonly title: string;
  readonly do: "set" | "create" | "open" | "go";
  readonly fields: readonly string[];
  readonly entity: string;
  readonly by: string;
  readonly filter: string;
  readonly address: string;
}

export type BlockKind = "buttons" | "figure" | "chart" | "text" | "stages" | "timeline";

export interface CardBlock {
  readonly kind: BlockKind;
  readonly text?: string;
  readonly buttons?: readonly CardButton[];
  /** Of a figure and a chart: which related records, and what is made of them. */
  readonly entity?: string;
  readonly by?: string;
  readonly filter?: string;
  readonly function?: string;
  readonly value?: string;
  readonly group?: string;
  readonly look?: string;
}

/** Another look of the card: for records whose field `by` has one of `values`, for a phone. */
export interface CardVariant {
  readonly key: string;
  readonly title: string;
  readonly by: string | null;
  readonly values: readonly string[];
  readonly phone: boolean;
  readonly tabs: readonly FormTab[];
}

/** What the conditions of the card make of its fields now. */
export interface FormState {
  readonly hidden: readonly string[];
  readonly required: readonly string[];
  readonly read_only: readonly string[];
  /** Keys of buttons that the card has not now. */
  readonly buttons: readonly string[];
}

export interface DetailSet {
  readonly entity: string;
  readonly by: string;
  readonly title: string;
  readonly columns: readonly string[];
  readonly sort?: readonly string[];
  /** A formula over the related record: which of them. */
  readonly filter?: string;
}

export interface FormTab {
  readonly title: string;
  readonly sections: readonly Section[];
  readonly details: readonly DetailSet[];
}

export interface Rights {
  readonly see: boolean;
  readonly add: boolean;
  readonly change: boolean;
  readonly delete: boolean;
  readonly export: boolean;
  readonly history: boolean;
  /** Change and delete many at once. */
  readonly bulk?: boolean;
}

export interface Entity {
  readonly key: string;
  readonly number: number;
  readonly kind: "record" | "dictionary" | "line";
  readonly title: string;
  readonly plural: string;
  readonly forms: Readonly<Record<string, string>>;
  readonly icon: string;
  readonly hue: number;
  readonly label_field: string | null;
  /** Fields by which a second card of the same is noticed. */
  readonly duplicates: readonly string[];
  readonly fields: readonly Field[];
  readonly traits: Readonly<Record<string, Json>>;
  readonly pipelines: readonly Pipeline[];
  readonly views: readonly View[];
  /** conditional: fields that are seen, required or read-only by formula;  variants: those that may be the reader's. */
  readonly form: { readonly tabs: readonly FormTab[]; readonly quick: readonly string[]; readonly conditional?: readonly string[]; readonly conditional_buttons?: readonly string[]; readonly variants?: readonly CardVariant[] };
  readonly rights: Rights;
}

export interface MenuEntry {
  readonly entity: string;
  readonly title: string;
  readonly icon: string;
  readonly hue: number;
  readonly group: string;
}

/** A part of the home page; which of its settings are told depends on the kind. */
export interface HomeBlock {
  readonly key: string;
  readonly kind: string;
  readonly title: string;
  /** Columns of the grid, 1 to 3. */
  readonly width: number;
  readonly entity?: string;
  readonly view?: string;
  readonly filter?: string;
  readonly columns?: readonly string[];
  readonly sort?: readonly string[];
  readonly limit?: number;
  /** "count" or "sum:amount". */
  readonly measure?: string;
  readonly group?: string;
  readonly look?: string;
  readonly date?: string;
  readonly period?: string;
  readonly text?: string;
  readonly entities?: readonly string[];
}

export interface HomeView {
  readonly columns: number;
  readonly blocks: readonly HomeBlock[];
}

export interface Schema {
  readonly revision: number;
  readonly digest: string;
  readonly settings: { title: string; currency: string; zone: string; first_weekday: number; source_url?: string; locked?: boolean };
  readonly menu: readonly MenuEntry[];
  /** Of the reader's role or of the company. */
  readonly home: HomeView;
  readonly entities: Readonly<Record<string, Entity>>;
}

export interface Session {
  readonly signed_in: boolean;
  readonly csrf: string;
  readonly company: string;
  readonly language: string;
  readonly must_change: boolean;
  readonly must_second: boolean;
  /** The password fits; a code is asked next. */
  readonly second_step: boolean;
  readonly passkeys: boolean;
  readonly openid: string | null;
  readonly logo: string | null;
}

export interface Me {
  readonly id: number | null;
  readonly label: string;
  readonly login: string;
  readonly language: string;
  readonly zone: string;
  readonly must_change: boolean;
  readonly abilities: readonly string[];
  readonly roles: readonly { key: string; title: string }[];
  readonly photo: number | null;
  /** The session looks as this colleague does, and writes nothing. */
  readonly viewing: boolean;
  /** How the shell looks to this person (records/shell.ts). */
  readonly shell: Json;
  /** «Заполнить по ИНН» has a service to ask. */
  readonly requisites_by_inn: boolean;
}

export interface Count {
  readonly value: number;
  readonly capped: boolean;
}

export interface Page {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly next: string | null;
  readonly count?: Count;
  readonly totals?: readonly Cell[];
}

export interface Group {
  readonly value: Cell;
  readonly count: number;
  readonly totals: readonly Cell[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Measure {
  readonly function: string;
  readonly field: string;
}

export interface QueryBody {
  readonly filter?: string;
  readonly sort?: string;
  readonly fields?: readonly string[];
  readonly limit?: number;
  readonly offset?: number;
  readonly after?: string;
  readonly count?: "none" | "capped" | "exact";
  readonly group?: string;
  readonly first?: number;
  readonly totals?: readonly Measure[];
  readonly kept?: "living" | "deleted";
}

export interface RecordView {
  readonly id: number;
  readonly version: number;
  readonly label: string;
  readonly entity: string;
  readonly values: Readonly<Record<string, Cell>>;
  readonly deleted_at: string | null;
  readonly rights: { readonly change: boolean; readonly delete: boolean };
  readonly form?: FormState;
}

export interface ProblemView {
  readonly code: string;
  readonly text: string;
  readonly place?: string;
  readonly facts?: Readonly<Record<string, Json>>;
}

/** id and label are null for a record that one may not see. */
export interface Duplicate {
  readonly entity: string;
  readonly id: number | null;
  readonly label: string | null;
  readonly field: string;
}

export interface CheckAnswer {
  readonly problems?: readonly ProblemView[];
  readonly duplicates: readonly Duplicate[];
  readonly form?: FormState;
}

export interface HistoryEntry {
  readonly seq: number;
  readonly kind: string;
  readonly at: string;
  readonly actor: LinkCell | null;
  readonly cause: string;
  readonly batch: number | null;
  readonly fields: readonly { key: string; title: string; before: Cell; after: Cell }[];
}

export interface TimelineEntry {
  /** Unique in the timeline: "activity:17"; `record` is the id of the activity or comment itself. */
  readonly id: string;
  readonly record: number | null;
  readonly version: number | null;
  readonly kind: string;
  readonly title: string | null;
  readonly text: string | null;
  readonly at: string;
  readonly due_at: string | null;
  readonly done_at: string | null;
  readonly author: LinkCell | null;
  readonly responsible: LinkCell | null;
  readonly files: readonly FileCell[];
  readonly about: readonly [entity: string, id: number, label: string] | null;
  /** What a change changed: title of the field, before, after. */
  readonly changes: readonly (readonly [title: string, before: Cell, after: Cell])[];
}

export interface TimelineAnswer {
  readonly planned: readonly TimelineEntry[];
  readonly done: readonly TimelineEntry[];
  readonly next: string | null;
}

export interface TrashRow {
  readonly entity: string;
  readonly may_restore: boolean;
  readonly id: number;
  readonly label: string;
  readonly deleted_at: string;
  readonly deleted_by: LinkCell | null;
}

/** What a view kept by people says; `asked` and the `asked` of colours are the interface's own. */
export interface ViewBody {
  readonly kind: string;
  readonly columns: readonly string[];
  readonly widths: Readonly<Record<string, number>>;
  readonly filter: string;
  readonly asked: Json;
  readonly sort: readonly string[];
  readonly group: string;
  readonly totals: Readonly<Record<string, string>>;
  readonly total: string;
  readonly pipeline: string;
  readonly colours: readonly { readonly hue: number; readonly rule: string; readonly field: string; readonly asked: Json }[];
  readonly height: "compact" | "normal" | "tall";
  readonly pinned: number;
  readonly more: Readonly<Record<string, Json>>;
}

export interface SavedView {
  readonly id: number;
  readonly key: string;
  readonly version: number;
  readonly title: string;
  readonly shared: boolean;
  readonly roles: readonly string[];
  readonly may_change: boolean;
  readonly view: ViewBody;
  readonly problems: readonly ProblemView[];
}

export interface KeptViews {
  readonly views: readonly SavedView[];
  readonly default: string;
  readonly may_share: boolean;
  /** With whom one may share; [] when one may not. */
  readonly roles: readonly { readonly key: string; readonly title: string }[];
  /** Role -> the view that opens first for those who have it and chose none themselves; {} when one may not share. */
  readonly firsts: Readonly<Record<string, string>>;
}
