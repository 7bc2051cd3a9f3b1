import { fetchKeySet } from "../../identity/jwt/keys/fetchKeySet.ts";
import { httpsUrl } from "../../identity/jwt/keys/httpsUrl.ts";
import { KeyFetchError } from "../../identity/jwt/keys/KeyFetchError.ts";
import type { JsonObject } from "../../protocol/Json.ts";
import { CliError } from "../terminal/CliError.ts";
import { type ClusterIssuer, isSameKey } from "./readClusterIssuer.ts";

/** Where the gate has the keys of an issuer from. */
export type KeyPlace = "inline" | "discover";

/** The settings of an issuer, and what to know about them. */
export interface PlacedKeys {
  readonly place: KeyPlace;
  /** `issuer`, and `keys` for inline ones. */
  readonly settings: JsonObject;
  readonly notes: readonly string[];
}

const ROTATION =
  "the keys are in the settings: run postern enroll again when the API server gets another signing key, before it signs with it; both are listed as long as the API server has both";
/** Names that only a cluster or a local network resolves. */
const INSIDE = /(?:^|\.)(?:svc|local|localhost|internal)$/;

/**
 * Decides where the gate has the keys of a cluster from. `fetch` finds the keys at the issuer, as the gate does.
 *
 * | wanted | the issuer publishes | result |
 * |---|---|---|
 * | | each key of the API server | discover: it follows rotations, which EKS makes each week |
 * | | some of them, or nothing that can be fetched | inline |
 * | inline | | inline |
 * | discover | at least one of them | discover |
 * | discover | none | throws {@link CliError} `usage` |
 */
export async function placeKeys(
  { issuer, keys }: ClusterIssuer,
  wanted: KeyPlace | undefined,
  fetch: typeof globalThis.fetch,
): Promise<PlacedKeys> {
  const inline = (...notes: string[]): PlacedKeys => {
    const jwks = { keys: keys.map(({ jwk }) => jwk) };
    return { place: "inline", settings: { issuer, keys: jwks }, notes: [...notes, ROTATION] };
  };
  if (wanted === "inline") return inline();
  const published = await publishedKeys(issuer, fetch);
  const shared = keys.filter(({ key }) => published.keys.some((it) => isSameKey(it, key))).length;
  if (wanted === undefined && shared < keys.length) {
    const partly = `the issuer publishes ${shared} of ${keys.length} keys of the API server; --keys discover uses those that it publishes`;
    return inline(published.fault ?? (shared > 0 ? partly : "the issuer publishes other keys than the API server"));
  }
  if (shared === 0)
    throw new CliError(
      "usage",
      `--keys discover: ${published.fault ?? "the issuer publishes other keys than the API server"}; use --keys inline`,
    );
  const missing =
    shared < keys.length ? [`the issuer publishes ${shared} of ${keys.length} keys of the API server`] : [];
  const note = "the gate fetches the keys from the issuer, which must be reachable from where the gate runs";
  return { place: "discover", settings: { issuer }, notes: [...missing, note] };
}

type Published = { readonly keys: Awaited<ReturnType<typeof fetchKeySet>>; readonly fault?: string };

async function publishedKeys(issuer: string, fetch: typeof globalThis.fetch): Promise<Published> {
  const url = httpsUrl(issuer);
  if (url === undefined || issuer.includes("?")) return { keys: [], fault: "the issuer is no https URL" };
  if (INSIDE.test(url.hostname)) return { keys: [], fault: `only the cluster itself can call the issuer ${url.host}` };
  try {
    return { keys: await fetchKeySet({ issuer, jwksUrl: undefined }, fetch) };
  } catch (error) {
    if (!(error instanceof KeyFetchError)) throw error;
    return { keys: [], fault: `the issuer publishes no keys for everybody: ${error.host} ${error.message}` };
  }
}
