/** The form of a directory as a person fills it in, and what of it is sent. */
import { FILLED, SECURE, type DirectoryPut, type DirectorySettings, type DirectoryView, type FieldMap, type Filled, type Kind, type Secure } from "../../../api/directory";

/** fields: attributes of each as typed, «telephoneNumber, mobile». */
export type Form = { -readonly [K in keyof Omit<DirectorySettings, "fields">]: DirectorySettings[K] } & { fields: Record<Filled, string>; password: string };

const typed = (fields: FieldMap): Record<Filled, string> => Object.fromEntries(FILLED.map((key) => [key, (fields[key] ?? []).join(", ")])) as Record<Filled, string>;

export function formOf(view: DirectoryView): Form {
  const known = view.directory;
  const kind: Kind = known?.kind ?? "active_directory";
  return {
    kind,
    host: known?.host ?? "",
    port: known?.port ?? SECURE.ldaps,
    tls: known?.tls ?? "ldaps",
    login: known?.login ?? "",
    password: "",
    base: known?.base ?? "",
    ca: known?.ca ?? "",
    filter: known?.filter ?? "",
    groups: known?.groups ?? [],
    fields: typed(known?.fields ?? view.usual[kind].fields),
    units: known?.units ?? false,
    sign_in: known?.sign_in ?? false,
    roles: known?.roles ?? [],
    schedule: known?.schedule ?? "off",
    hour: known?.hour ?? 4,
  };
}

export function sent(form: Form): DirectoryPut {
  const { password, fields, ...rest } = form;
  const split = Object.fromEntries(FILLED.map((key) => [key, fields[key].split(/[\s,;]+/).filter(Boolean)])) as FieldMap;
  return { ...rest, host: form.host.trim(), login: form.login.trim(), base: form.base.trim(), fields: split, ...(password ? { password } : {}) };
}

/** Another kind of server has attributes of its own; a port that was usual for one way becomes usual for the other. */
export const withKind = (form: Form, kind: Kind, view: DirectoryView): Form => ({ ...form, kind, fields: typed(view.usual[kind].fields) });
export const withSecure = (form: Form, tls: Secure): Form => ({ ...form, tls, port: form.port === SECURE[form.tls] ? SECURE[tls] : form.port });

/** Of whom a certificate is kept: the server wants PEM, Windows saves bytes as often as text. */
export function pemOf(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  const base64 = btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join(""));
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/(.{64})/g, "$1\n").trimEnd()}\n-----END CERTIFICATE-----\n`;
}
