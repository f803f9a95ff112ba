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
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

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

  const answer = await send(path, { method, headers, body: content, signal, credentials: "same-origin", keepalive: method === "PUT" });
  heardClock(answer.headers.get("date"));
  if (answer.status === 204) return undefined as T;
  const parsed: unknown = await answer.json().catch(() => null);
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

async function send(path: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(path, options);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiProblem(0, "offline", "");
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
