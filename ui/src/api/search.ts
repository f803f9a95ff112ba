/** Full text over all that the reader may see: GET /api/search. */
import { queryText, request } from "./http";

/** Where a snippet's words were met: [from, to) in the text, as String.slice counts. */
export interface Snippet {
  readonly text: string;
  readonly marks: readonly (readonly [from: number, to: number])[];
}

export interface Hit {
  readonly id: number;
  readonly label: string | null;
  /** Key of the field the snippet is from. */
  readonly field: string;
  readonly snippet: Snippet;
  /** The card that a comment, an activity or a line belongs to. */
  readonly about: readonly [entity: string, id: number, label: string | null] | null;
}

export interface HitGroup {
  readonly entity: string;
  readonly title: string;
  readonly items: readonly Hit[];
  readonly more: boolean;
  readonly next: string | null;
}

export interface SearchAnswer {
  readonly groups: readonly HitGroup[];
  /** Not empty: nothing was found by the letter, and the hits are for these words. */
  readonly words: readonly string[];
}

export const searchAll = (text: string, limit: number, signal?: AbortSignal): Promise<SearchAnswer> =>
  request("GET", `/api/search${queryText({ q: text, limit })}`, undefined, signal);

/** The next page of one object's hits; `after` is the `next` of its group. */
export const searchMore = (text: string, entity: string, after: string, signal?: AbortSignal): Promise<SearchAnswer> =>
  request("GET", `/api/search${queryText({ q: text, entity, after })}`, undefined, signal);
