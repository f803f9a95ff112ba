/** Who is at the screen: the session, the person, his language and theme. */
import { ref, shallowRef } from "vue";
import { onSignedOut, setRequestLanguage } from "../api/http";
import { readMe, readSession, setLanguage, signIn as openSession, signOut as endSession } from "../api/session";
import type { Me, Session } from "../api/types";
import { loadSchema } from "./index";
import { isLanguage, language, loadWords, type Language } from "../words";

export const me = shallowRef<Me | null>(null);
export const company = ref("");
/** Digest of the company's mark; null: it has none. */
export const logo = ref<string | null>(null);
/** What comes before anything else: a new password, a second step. */
export const held = ref<"" | "change" | "second">("");

/** Words first, so that even a failure is said in the reader's language; then the person and the schema together. */
export async function boot(): Promise<void> {
  await speak(isLanguage(remembered()) ? (remembered() as Language) : "ru");
  const session = await readSession();
  adopt(session);
  if (isLanguage(session.language)) await speak(session.language);
  if (session.signed_in) await enter(session);
}

/** False: a second step is asked. */
export const signIn = async (login: string, password: string): Promise<boolean> => arrive(await openSession(login, password));

export async function arrive(session: Session): Promise<boolean> {
  adopt(session);
  if (!session.signed_in) return false;
  // The language a person has chosen goes with him to another device.
  if (isLanguage(session.language) && session.language !== language()) {
    remember(session.language);
    await speak(session.language);
  }
  await enter(session);
  return true;
}

function adopt(session: Session): void {
  company.value = session.company;
  logo.value = session.logo;
}

/** With a password that somebody else gave out nothing is answered until it is changed. */
export async function enter(session: Session): Promise<void> {
  held.value = session.must_change ? "change" : session.must_second ? "second" : "";
  if (held.value) return;
  const [person] = await Promise.all([readMe(), loadSchema()]);
  me.value = person;
}

let leaving = false;

// The page starts anew: nothing of one person is left in memory for the next.
export async function signOut(): Promise<void> {
  leaving = true;
  await endSession().catch(() => {});
  location.assign("/-/login");
}

export interface Expired {
  readonly login: string;
  answer(again: boolean): void;
}

/** The session has ended under the person's hands: a box asks for the password, and what he was doing waits for it. */
export const expired = shallowRef<Expired | null>(null);
let asking: Promise<boolean> | null = null;

// Calls still under way when a person leaves are refused too: they must not send him back where he was.
export function signInAgain(): Promise<boolean> {
  const person = me.value;
  if (leaving || location.pathname === "/-/login") return Promise.resolve(false);
  if (!person) {
    location.assign(`/-/login?next=${encodeURIComponent(location.pathname + location.search)}`);
    return Promise.resolve(false);
  }
  asking ??= new Promise<boolean>((resolve) => {
    expired.value = {
      login: person.login,
      answer(again) {
        [expired.value, asking] = [null, null];
        resolve(again);
      },
    };
  });
  return asking;
}
onSignedOut(signInAgain);

/** Signed in again here; somebody else at this screen begins anew. */
export async function comeBack(password: string): Promise<boolean> {
  const { signed_in } = await openSession(expired.value?.login ?? "", password);
  if (signed_in) await lookAgain();
  return signed_in;
}

/** Whether there is a session by now: another tab may have signed in. */
export async function lookAgain(): Promise<void> {
  const session = await readSession();
  if (!session.signed_in) return;
  if (session.must_change || session.must_second) return location.assign("/-/password");
  const person = await readMe();
  if (person.id !== me.value?.id) return location.assign("/");
  expired.value?.answer(true);
}

/** Titles of the schema come in the reader's language too, so the page starts anew. */
export async function chooseLanguage(chosen: Language): Promise<void> {
  remember(chosen);
  if (me.value) await setLanguage(chosen);
  else document.cookie = `svyaz_language=${chosen}; path=/; max-age=31536000; samesite=lax`;
  location.reload();
}

async function speak(chosen: Language): Promise<void> {
  setRequestLanguage(chosen);
  await loadWords(chosen);
}

const LANGUAGE = "svyaz.language";
const THEME = "svyaz.theme";

function remembered(): string | null {
  try {
    return localStorage.getItem(LANGUAGE);
  } catch {
    return null;
  }
}

function remember(chosen: Language): void {
  try {
    localStorage.setItem(LANGUAGE, chosen);
  } catch {
    // A private window: the cookie keeps it.
  }
}

export type Theme = "light" | "dark";

export const theme = ref<Theme>(themeNow());

function themeNow(): Theme {
  const chosen = document.documentElement.dataset["theme"];
  if (chosen === "light" || chosen === "dark") return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Here and at the next first paint of this browser; records/shell.ts keeps it on the server. */
export function applyTheme(chosen: Theme): void {
  theme.value = chosen;
  document.documentElement.dataset["theme"] = chosen;
  try {
    localStorage.setItem(THEME, chosen);
  } catch {
    // A private window: until it is closed.
  }
}
