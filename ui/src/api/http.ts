/** The one door to the server: JSON in and out, the CSRF header, refusals as ApiProblem. */
import { heardClock } from "../words/clock";
import type { Json, ProblemView } from "./types";

/** A refusal that a person can understand: `text` is already in the reader's language. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly text: string,
    readonly facts: Readonly<Record<string, Json>> = {},
    readonly problems: readonly ProblemView[] = [],
  ) {
    super(text || code);
  }

  get offline(): boolean {
    return this.status === 0 || (this.status >= 502 && this.status <= 504);
  }

  /** Nothing was decided about what was asked: the same may be asked again. */
  get undecided(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

// A call that is never answered — a router that swallows it, a sleeping server — must be told of, not waited for all day.
const ANSWERED_WITHIN_MS = 60_000;
const SAVED_WITHIN_MS = 20_000;
/** Asked by POST and yet answered at once; other POSTs may be long works: an import, a configuration, a thousand records. */
const PROMPT = /^\/api\/(session|records\/\w+(\/(query|check)|\/\d+\/timeline)?)$/;

function patienceFor(method: Method, path: string): number {
  if (method === "PATCH") return SAVED_WITHIN_MS;
  return method === "GET" || method === "PUT" || (method === "POST" && PROMPT.test(path)) ? ANSWERED_WITHIN_MS : 0;
}

let csrf = "";
let language = "ru";
let whenSignedOut: () => Promise<boolean> = () => Promise.resolve(false);
let whenStale: () => Promise<unknown> = () => Promise.resolve();

export function setCsrf(token: string): void {
  csrf = token;
}

/** Which language refusals come in before anybody has signed in. */
export function setRequestLanguage(chosen: string): void {
  language = chosen;
}

/** The answer says whether somebody has signed in again, so that the call may be repeated. */
export function onSignedOut(listener: () => Promise<boolean>): void {
  whenSignedOut = listener;
}

/** Another tab has signed in anew: how to learn what calls are signed with now. */
export function onStale(listener: () => Promise<unknown>): void {
  whenStale = listener;
}

export async function request<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal, more: Readonly<Record<string, string>> = {}, again = false): Promise<T> {
  const headers: Record<string, string> = { "Accept": "application/json", "Accept-Language": language, ...more };
  let content: BodyInit | undefined;
  if (body instanceof FormData) {
    content = body;
  } else if (body !== undefined) {
    content = JSON.stringify(body);
    headers["Content-Type"] = "application/json";
  }
  if (method !== "GET") headers["X-Svyaz-CSRF"] = csrf;

  const { answer, parsed } = await send(path, { method, headers, body: content, credentials: "same-origin", keepalive: method === "PUT" }, signal, patienceFor(method, path));
  heardClock(answer.headers.get("date"));
  if (answer.status === 204) return undefined as T;
  if (answer.ok) return parsed as T;
  const problem = problemOf(answer.status, parsed);
  // Nothing that was being done is lost: the call waits for the person to sign in again, and is then repeated.
  const mended = !again && (await mend(problem, path));
  if (mended) return request(method, path, body, signal, more, true);
  throw problem;
}

async function mend(problem: ApiProblem, path: string): Promise<boolean> {
  if (problem.status === 401 && !path.startsWith("/api/session")) return whenSignedOut();
  if (problem.code !== "wrong_origin") return false;
  const before = csrf;
  await whenStale().catch(() => {});
  return csrf !== before;
}

/** patience in milliseconds; 0: as long as it takes. */
async function send(path: string, options: RequestInit, signal: AbortSignal | undefined, patience: number): Promise<{ answer: Response; parsed: unknown }> {
  const stop = new AbortController();
  const forsake = (): void => stop.abort(signal?.reason);
  if (signal?.aborted) forsake();
  else signal?.addEventListener("abort", forsake, { once: true });
  let late = false;
  const timer = patience ? window.setTimeout(() => {
    late = true;
    stop.abort();
  }, patience) : 0;
  try {
    const answer = await fetch(path, { ...options, signal: stop.signal });
    // Half an answer is none: what was cut off on the way is told like a lost connection.
    const parsed: unknown = answer.status === 204 ? null : await answer.json().catch((cause: unknown) => {
      if (cause instanceof SyntaxError) return null;
      throw cause;
    });
    return { answer, parsed };
  } catch (cause) {
    if (late) throw new ApiProblem(0, "no_answer", "");
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiProblem(0, "offline", "");
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", forsake);
  }
}

function problemOf(status: number, parsed: unknown): ApiProblem {
  const error = (parsed as { error?: Partial<ProblemView> & { problems?: ProblemView[] } } | null)?.error;
  // A single problem is told by itself, several in a list: whoever asks where it is finds it in the list either way.
  const { code = "server", text = "", place = "", facts, problems = [] } = error ?? {};
  return new ApiProblem(status, code, text, facts, problems.length || !place ? problems : [{ code, text, place, ...(facts ? { facts } : {}) }]);
}

/** `?a=1&b=2` without empty parts. */
export function queryText(parts: Readonly<Record<string, string | number | undefined>>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(parts)) if (value !== undefined && value !== "") search.set(key, String(value));
  const text = search.toString();
  return text ? `?${text}` : "";
}
