/** What the browser's passkeys speak in bytes, our server speaks in base64url. */
import type { Json } from "../api/ways";

const bytesOf = (text: string): ArrayBuffer => {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0)).buffer;
};
const textOf = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

interface Named {
  readonly id: string;
}
const named = (list: unknown): PublicKeyCredentialDescriptor[] => ((list ?? []) as Named[]).map((one) => ({ type: "public-key", id: bytesOf(one.id) }));

/** Passkeys live only where the page came by https, or from this machine. */
export const hasPasskeys = (): boolean => "PublicKeyCredential" in window && isSecureContext;

/** The person said no, or the device did: nothing to be told about. */
export const isGivenUp = (cause: unknown): boolean => cause instanceof DOMException && ["NotAllowedError", "AbortError"].includes(cause.name);

export async function makePasskey(options: Json): Promise<Json> {
  const user = options["user"] as { id: string; name: string; displayName: string };
  const publicKey = { ...options, challenge: bytesOf(String(options["challenge"])), user: { ...user, id: bytesOf(user.id) }, excludeCredentials: named(options["excludeCredentials"]) };
  const made = (await navigator.credentials.create({ publicKey: publicKey as unknown as PublicKeyCredentialCreationOptions })) as PublicKeyCredential;
  const answer = made.response as AuthenticatorAttestationResponse;
  return { ...common(made), response: { clientDataJSON: textOf(answer.clientDataJSON), attestationObject: textOf(answer.attestationObject) } };
}

export async function usePasskey(options: Json): Promise<Json> {
  const publicKey = { ...options, challenge: bytesOf(String(options["challenge"])), allowCredentials: named(options["allowCredentials"]) };
  const used = (await navigator.credentials.get({ publicKey: publicKey as unknown as PublicKeyCredentialRequestOptions })) as PublicKeyCredential;
  const answer = used.response as AuthenticatorAssertionResponse;
  const told = { clientDataJSON: textOf(answer.clientDataJSON), authenticatorData: textOf(answer.authenticatorData), signature: textOf(answer.signature) };
  return { ...common(used), response: { ...told, ...(answer.userHandle ? { userHandle: textOf(answer.userHandle) } : {}) } };
}

const common = (one: PublicKeyCredential): Json => ({ id: one.id, rawId: textOf(one.rawId), type: one.type, clientExtensionResults: one.getClientExtensionResults() });
