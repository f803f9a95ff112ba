/** Who is at the screen: the session, the person, his language and theme. */
import { ref, shallowRef } from "vue";
import { onSignedOut, setRequestLanguage } from "../api/http";
import { readMe, readSession, setLanguage, signIn as openSession, signOut as endSession } from "../api/session";
import type { Me } from "../api/types";
import { loadSchema } from "./index";
import { isLanguage, loadWords, type Language } from "../words";

export const me = shallowRef<Me | null>(null);
export const company = ref("");
export const mustChange = ref(false);

/** Words first, so that even a failure is said in the reader's language; then the person and the schema together. */
export async function boot(): Promise<void> {
  await speak(isLanguage(remembered()) ? (remembered() as Language) : "ru");
  const session = await readSession();
  company.value = session.company;
  if (isLanguage(session.language)) await speak(session.language);
  if (session.signed_in) await enter(session.must_change);
}

export async function signIn(login: string, password: string): Promise<void> {
  const session = await openSession(login, password);
  company.value = session.company;
  await enter(session.must_change);
}

/** With a password that somebody else gave out nothing is answered until it is changed. */
export async function enter(changeFirst: boolean): Promise<void> {
  mustChange.value = changeFirst;
  if (changeFirst) return;
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

// Calls still under way when a person leaves are refused too: they must not send him back where he was.
onSignedOut(() => {
  if (!leaving && location.pathname !== "/-/login") location.assign(`/-/login?next=${encodeURIComponent(location.pathname + location.search)}`);
});

/** Titles of the schema come in the reader's language too, so the page starts anew. */
export async function chooseLanguage(language: Language): Promise<void> {
  remember(language);
  if (me.value) await setLanguage(language);
  else document.cookie = `svyaz_language=${language}; path=/; max-age=31536000; samesite=lax`;
  location.reload();
}

async function speak(language: Language): Promise<void> {
  setRequestLanguage(language);
  await loadWords(language);
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

function remember(language: Language): void {
  try {
    localStorage.setItem(LANGUAGE, language);
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

export function switchTheme(): void {
  theme.value = theme.value === "dark" ? "light" : "dark";
  document.documentElement.dataset["theme"] = theme.value;
  try {
    localStorage.setItem(THEME, theme.value);
  } catch {
    // A private window: until it is closed.
  }
}
