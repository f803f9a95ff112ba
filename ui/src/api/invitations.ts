/** One-time links: invitations, forgotten passwords; and the mail they go by. */
import { request } from "./http";

export type Way = "password" | "letter" | "link";

export interface Invitation {
  readonly state: "used" | "revoked" | "expired" | "sending" | "failed" | "sent" | "link";
  readonly until: string;
  /** Why the letter has not gone; "" when nothing is wrong. */
  readonly problem: string;
}

export interface Looked {
  readonly kind: "invitation" | "reset";
  readonly label: string;
  readonly login: string;
  readonly company: string;
}

export interface MailView {
  readonly host: string;
  readonly port: number;
  readonly security: "starttls" | "tls" | "none";
  readonly login: string;
  readonly has_password: boolean;
  readonly sender: string;
  readonly sender_name: string;
  readonly private: boolean;
  readonly hours: number;
  readonly address: string;
  readonly waiting: number;
  readonly failed: number;
  readonly problem: string;
}

export type MailBody = Omit<MailView, "has_password" | "waiting" | "failed" | "problem"> & { readonly password: string | null };

export interface GroupLine {
  readonly row: number;
  readonly surname: string;
  readonly first_name: string;
  readonly patronymic: string;
  readonly email: string;
  readonly problem: "" | "no_name" | "long_name" | "no_email" | "bad_email" | "twice" | "exists";
}

export type GroupPerson = Pick<GroupLine, "surname" | "first_name" | "patronymic" | "email">;

export const lookAtGroup = (text: string): Promise<{ lines: readonly GroupLine[]; portion: number }> => request("POST", "/api/people/group/look", { text });
/** A spreadsheet as such a list. */
export async function readGroupFile(file: File): Promise<string> {
  const form = new FormData();
  form.append("file", file, file.name);
  return (await request<{ text: string }>("POST", "/api/people/group/file", form)).text;
}
export const addGroup = (people: readonly GroupPerson[], roles: readonly string[], by: "letter" | "none"): Promise<{ made: readonly { id: number }[]; invited: number }> =>
  request("POST", "/api/people/group", { people, roles, by });
export const invite = (id: number, by: "letter" | "link"): Promise<{ link: string | null; until: string }> => request("POST", `/api/people/${id}/invitation`, { by });
export const revokeInvitation = (id: number): Promise<void> => request("DELETE", `/api/people/${id}/invitation`);
export const lookAt = (token: string): Promise<Looked> => request("POST", "/api/invitations/look", { token });
export const accept = (token: string, password: string): Promise<{ signed_in: boolean; login: string }> => request("POST", "/api/invitations/accept", { token, password });
export const mayForget = (): Promise<{ by_letter: boolean }> => request("GET", "/api/invitations/forgotten");
export const forget = (login: string): Promise<{ by_letter: boolean }> => request("POST", "/api/invitations/forgotten", { login });
export const readMail = (): Promise<MailView> => request("GET", "/api/mail");
export const putMail = (body: MailBody): Promise<void> => request("PUT", "/api/mail", body);
export const tryMail = (to: string): Promise<{ to: string }> => request("POST", "/api/mail/test", { to });
