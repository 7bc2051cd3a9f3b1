import { isJsonObject } from "../../../protocol/Json.ts";
import { httpsUrl } from "./httpsUrl.ts";
import { KeyFetchError } from "./KeyFetchError.ts";
import { readIssuerKeys } from "./readIssuerKeys.ts";
import type { TokenKey } from "./TokenKey.ts";

/** For discovery and keys together. An API server waits for at most 10 s in all that Postern renders. */
export const FETCH_TIMEOUT_MS = 3_000;
/** 64 keys with certificate chains (`x5c`). */
const MAX_BODY_BYTES = 256 * 1024;

/** Where the keys of an issuer are. */
export interface KeyLocation {
  readonly issuer: string;
  /** Undefined for an issuer whose keys are found by OIDC discovery. */
  readonly jwksUrl: string | undefined;
}

/**
 * Fetches the keys of an issuer: of its `jwksUrl`, or of the `jwks_uri` that OpenID Connect Discovery 1.0 finds. Settles within
 * 3 s, whatever is answered. Redirects are not followed. Rejects with {@link KeyFetchError}, also for a set without a usable key.
 */
export async function fetchKeySet(location: KeyLocation, fetch: typeof globalThis.fetch): Promise<TokenKey[]> {
  const jwksUrl = new URL(location.jwksUrl ?? discoveryUrl(location.issuer));
  const aborted = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  // A `fetch` or a body that does not heed the signal is left behind.
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new KeyFetchError(jwksUrl.host, `does not answer within ${FETCH_TIMEOUT_MS} ms`));
      aborted.abort();
    }, FETCH_TIMEOUT_MS);
  });
  const get = (url: URL): Promise<unknown> => getJson(url, fetch, aborted.signal);
  try {
    return await Promise.race([
      late,
      location.jwksUrl === undefined ? discovered(location, get) : keysAt(jwksUrl, get),
    ]);
  } finally {
    clearTimeout(timer);
  }
}

/** OpenID Connect Discovery 1.0, section 4. */
function discoveryUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
}

async function discovered({ issuer }: KeyLocation, get: (url: URL) => Promise<unknown>): Promise<TokenKey[]> {
  const url = new URL(discoveryUrl(issuer));
  const document = await get(url);
  // Section 4.3. Else whoever can answer for one issuer could name the keys of another.
  if (!isJsonObject(document) || document.issuer !== issuer)
    throw new KeyFetchError(url.host, "has a discovery document of another issuer");
  const jwksUrl = typeof document.jwks_uri === "string" ? httpsUrl(document.jwks_uri) : undefined;
  if (jwksUrl === undefined) throw new KeyFetchError(url.host, "has a discovery document without an https jwks_uri");
  return keysAt(jwksUrl, get);
}

async function keysAt(url: URL, get: (url: URL) => Promise<unknown>): Promise<TokenKey[]> {
  const keys = readIssuerKeys(await get(url));
  if (keys === undefined) throw new KeyFetchError(url.host, "answers no JSON Web Key Set");
  // A server that lost its keys answers an empty set. It withdraws nothing.
  if (keys.length === 0) throw new KeyFetchError(url.host, "has no key that can verify tokens");
  return keys;
}

async function getJson(url: URL, fetch: typeof globalThis.fetch, signal: AbortSignal): Promise<unknown> {
  let text: string;
  try {
    const answer = await fetch(url.href, {
      headers: { accept: "application/jwk-set+json, application/json" },
      // workerd has no "error". The answer of "manual" has another status than 200.
      redirect: "manual",
      signal,
    });
    if (answer.status !== 200) {
      await answer.body?.cancel();
      throw new KeyFetchError(url.host, `answers ${answer.status}`);
    }
    text = await boundedText(url, answer);
  } catch (error) {
    throw error instanceof KeyFetchError ? error : new KeyFetchError(url.host, "cannot be called", error);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new KeyFetchError(url.host, "answers no JSON");
  }
}

async function boundedText(url: URL, answer: Response): Promise<string> {
  const reader = answer.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  for (let bytes = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.length;
    if (bytes > MAX_BODY_BYTES) {
      await reader.cancel();
      throw new KeyFetchError(url.host, `answers more than ${MAX_BODY_BYTES} bytes`);
    }
    text += decoder.decode(value, { stream: true });
  }
}
