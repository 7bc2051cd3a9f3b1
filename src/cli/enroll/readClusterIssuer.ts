import { MAX_ISSUER_KEYS } from "../../identity/jwt/keys/readIssuerKeys.ts";
import { isSecretKey, readPublicKey } from "../../identity/jwt/keys/readPublicKey.ts";
import type { TokenKey } from "../../identity/jwt/keys/TokenKey.ts";
import type { KubernetesClient } from "../../kubernetes/KubernetesClient.ts";
import { KubernetesError } from "../../kubernetes/KubernetesError.ts";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { printable } from "../../telemetry/printable.ts";

/** A public key of a cluster. */
export interface ClusterKey {
  readonly key: TokenKey;
  /** Its JWK, with the public members only. */
  readonly jwk: JsonObject;
}

/** Who signs the tokens of a cluster. */
export interface ClusterIssuer {
  readonly issuer: string;
  /** At least one. */
  readonly keys: readonly ClusterKey[];
  /** What was left out, one line each. */
  readonly notes: readonly string[];
}

/** Where an API server publishes its issuer (KEP-1393). */
const DISCOVERY = "/.well-known/openid-configuration";
const KEYS = "/openid/v1/jwks";
/** 64 keys with certificate chains (`x5c`), as the gate reads them. An API server answers 1 to 4 KB. */
const MAX_CHARACTERS = 256 * 1024;

/**
 * Reads the issuer of a cluster and its public keys from the API server. Throws {@link KubernetesError}, with one line that says
 * what to do. No message repeats a key.
 */
export async function readClusterIssuer(client: Pick<KubernetesClient, "text">): Promise<ClusterIssuer> {
  const { issuer } = await read(client, DISCOVERY);
  if (typeof issuer !== "string" || issuer === "") throw refused(`${DISCOVERY} has no issuer`);
  const set = await read(client, KEYS);
  if (!Array.isArray(set.keys)) throw refused(`${KEYS} is not a JSON Web Key Set`);
  if (set.keys.length > MAX_ISSUER_KEYS)
    throw refused(`${KEYS} has ${set.keys.length} keys; expected at most ${MAX_ISSUER_KEYS}`);
  const keys: ClusterKey[] = [];
  const notes: string[] = [];
  for (const [index, jwk] of set.keys.entries()) {
    if (isJsonObject(jwk) && isSecretKey(jwk))
      throw refused(`${KEYS}: key ${index + 1} is a private or symmetric key: whoever reads it can sign tokens`);
    const key = readPublicKey(jwk);
    if ("fault" in key) {
      const colon = key.fault.startsWith(":") ? "" : " ";
      const fault = `${key.path.join(".")}${colon}${key.fault}`.replace(/^[: ]+/, "");
      notes.push(`${KEYS}: key ${index + 1} is left out: ${fault}`);
      continue;
    }
    const known = keys.find((it) => it.key.kid === key.kid);
    if (known === undefined) keys.push({ key, jwk: publicMembers(key, isJsonObject(jwk) ? jwk.use : undefined) });
    else if (!isSameKey(known.key, key)) throw refused(`${KEYS}: key ${index + 1} has the kid of another key`);
  }
  if (keys.length === 0) throw refused([`${KEYS} has no key that can verify tokens`, ...notes].join("; "));
  return { issuer, keys, notes };
}

/** Whether two keys have one `kid` and are equal. One of them may name no algorithm. */
export function isSameKey(left: TokenKey, right: TokenKey): boolean {
  return left.kid === right.kid && JSON.stringify(left.material) === JSON.stringify(right.material);
}

function publicMembers({ kid, alg, material }: TokenKey, use: unknown): JsonObject {
  const { kty, ...rest } = material;
  return { kty, kid, ...(alg === undefined ? {} : { alg }), ...(use === "sig" ? { use } : {}), ...rest };
}

async function read(client: Pick<KubernetesClient, "text">, path: string): Promise<JsonObject> {
  const { status, text } = await client.text(path);
  if (status !== 200) throw refused(`${path}: ${status} ${hintOf(status)}${messageOf(text)}`);
  const body = text.length > MAX_CHARACTERS ? undefined : parse(text);
  if (body === undefined) {
    const what = /^\s*</.test(text) ? "is a page and no JSON" : "is no JSON object, or too long";
    throw refused(`${path} ${what}: look for a proxy or a login page before the API server`);
  }
  return body;
}

function hintOf(status: number): string {
  if (status === 401) return "the credentials of the kubeconfig are not accepted";
  if (status === 403)
    return "needs the ClusterRole system:service-account-issuer-discovery: an admin runs kubectl create clusterrolebinding postern-enroll --clusterrole=system:service-account-issuer-discovery --user=USER";
  if (status === 404) return "the API server publishes no issuer: its --service-account-issuer has to be an https URL";
  if (status >= 300 && status < 400) return "a redirect: look for a proxy or a login page before the API server";
  return "the API server does not answer with its issuer";
}

/** The message of a `Status`; empty for other answers. */
function messageOf(text: string): string {
  const message = parse(text)?.message;
  return typeof message === "string" && message !== "" ? ` (${printable(message.slice(0, 200))})` : "";
}

function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function refused(message: string): KubernetesError {
  return new KubernetesError("cluster-refused", message);
}
