/** The one door to the server: JSON in and out, the CSRF header, refusals as ApiProblem. */
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
    return this.status === 0;
  }
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

let csrf = "";
let language = "ru";
let whenSignedOut: () => void = () => {};

export function setCsrf(token: string): void {
  csrf = token;
}

/** Which language refusals come in before anybody has signed in. */
export function setRequestLanguage(chosen: string): void {
  language = chosen;
}

export function onSignedOut(listener: () => void): void {
  whenSignedOut = listener;
}

export async function request<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = { "Accept": "application/json", "Accept-Language": language };
  let content: BodyInit | undefined;
  if (body instanceof FormData) {
    content = body;
  } else if (body !== undefined) {
    content = JSON.stringify(body);
    headers["Content-Type"] = "application/json";
  }
  if (method !== "GET") headers["X-Svyaz-CSRF"] = csrf;

  const answer = await send(path, { method, headers, body: content, signal, credentials: "same-origin", keepalive: method === "PUT" });
  if (answer.status === 204) return undefined as T;
  const parsed: unknown = await answer.json().catch(() => null);
  if (answer.ok) return parsed as T;
  const problem = problemOf(answer.status, parsed);
  if (answer.status === 401 && !path.startsWith("/api/session")) whenSignedOut();
  throw problem;
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
  return new ApiProblem(status, error?.code ?? "server", error?.text ?? "", error?.facts, error?.problems ?? []);
}

/** `?a=1&b=2` without empty parts. */
export function queryText(parts: Readonly<Record<string, string | number | undefined>>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(parts)) if (value !== undefined && value !== "") search.set(key, String(value));
  const text = search.toString();
  return text ? `?${text}` : "";
}
