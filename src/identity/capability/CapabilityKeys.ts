import { CompactSign, type CryptoKey, compactVerify, importJWK } from "jose";
import type { Log } from "../../telemetry/Log.ts";
import type { RefusalReason } from "../Identity.ts";
import { lastSigner } from "./lastSigner.ts";
import type { UnverifiedCapability } from "./readCapability.ts";
import { type CapabilityKey, publicJwk } from "./readKeySet.ts";
import { type CapabilitySigner, capabilityLength } from "./signCapability.ts";

/** The clocks of the instances that signed, and of the one that rotated, may differ by this much. */
const CLOCKS_MS = 10 * 60_000;

/**
 * The keys of a gate's capabilities. Each is imported once, when it is first needed. What a key vouches for:
 *
 * | the key | its capabilities |
 * |---|---|
 * | signs, or is next | all |
 * | was stopped by the last rotation | all: instances may not have the set yet |
 * | was stopped earlier | those issued up to 10 min after `postern:since`, until 10 min after `postern:until` |
 */
export class CapabilityKeys {
  readonly #first: CapabilityKey;
  /** The key whose header is the longest. */
  readonly #longest: CapabilityKey;
  readonly #keys: ReadonlyMap<string, CapabilityKey>;
  /** Keys that were stopped before the last rotation: a capability with a later time is of somebody who has the key. */
  readonly #stopped: ReadonlySet<CapabilityKey>;
  readonly #imported = new Map<string, Promise<CryptoKey | undefined>>();
  readonly #log: Log;
  #signer: Promise<CapabilitySigner | undefined> | undefined;

  constructor(keys: readonly [CapabilityKey, ...CapabilityKey[]], log: Log) {
    this.#first = keys[0];
    this.#keys = new Map(keys.map((key) => [key.kid, key]));
    const lengthOf = ({ kid, alg }: CapabilityKey): number => capabilityLength("", kid, alg);
    this.#longest = keys.reduce((one, other) => (lengthOf(other) > lengthOf(one) ? other : one));
    const last = lastSigner(keys);
    this.#stopped = new Set(keys.slice(1).filter((key) => key.untilMs !== undefined && key !== last));
    this.#log = log;
  }

  /** The number of characters of a cluster's longest capability, whichever key signs. */
  longestFor(cluster: string): number {
    return capabilityLength(cluster, this.#longest.kid, this.#longest.alg);
  }

  /** Why no key vouches for a capability at a time, whatever its signature; undefined when one may. */
  refusal({ kid, alg, claims }: UnverifiedCapability, nowMs: number): RefusalReason | undefined {
    const key = this.#keys.get(kid);
    if (key === undefined) return "unknown-key";
    if (alg !== key.alg) return "wrong-algorithm";
    if (!this.#stopped.has(key)) return undefined;
    const { sinceMs = Number.POSITIVE_INFINITY, untilMs = Number.POSITIVE_INFINITY } = key;
    return claims.iat * 1_000 > sinceMs + CLOCKS_MS || nowMs >= untilMs + CLOCKS_MS ? "unknown-key" : undefined;
  }

  /** Verifies the signature of a capability with the key of its `kid`, and no other. Undefined when it is right. */
  async verify(token: string, { kid, alg }: UnverifiedCapability): Promise<RefusalReason | undefined> {
    const key = this.#keys.get(kid);
    if (key === undefined) return "unknown-key";
    if (alg !== key.alg) return "wrong-algorithm";
    const imported = await this.#public(key);
    return imported === undefined ? "keys-unavailable" : verify(token, imported, alg);
  }

  /** The first key. Undefined when it cannot sign: an error is in the log. */
  signer(): Promise<CapabilitySigner | undefined> {
    this.#signer ??= this.#loadSigner();
    return this.#signer;
  }

  async #loadSigner(): Promise<CapabilitySigner | undefined> {
    const { kid, alg, d } = this.#first;
    const verifies = await this.#public(this.#first);
    const signs = await imported({ ...publicJwk(this.#first), ...(d === undefined ? {} : { d }) }, alg);
    if (verifies === undefined || signs === undefined) return this.#unusable(kid, "the key cannot be imported");
    // An import does not compare the two parts, and no gate would accept what such a key signs.
    const probe = await new CompactSign(new Uint8Array()).setProtectedHeader({ alg }).sign(signs);
    if ((await verify(probe, verifies, alg)) !== undefined)
      return this.#unusable(kid, "the private part of the key does not belong to its public part");
    return { kid, alg, key: signs };
  }

  #public(key: CapabilityKey): Promise<CryptoKey | undefined> {
    const known = this.#imported.get(key.kid);
    if (known !== undefined) return known;
    const importing = imported(publicJwk(key), key.alg).then(
      (it) => it ?? this.#unusable(key.kid, "the key cannot be imported"),
    );
    this.#imported.set(key.kid, importing);
    return importing;
  }

  #unusable(kid: string, fault: string): undefined {
    this.#log.error("a key of POSTERN_CAPABILITY_KEYS cannot be used", { kid, fault });
    return undefined;
  }
}

/** Undefined for a key that is not of its curve. The error is dropped: it may repeat a private part. */
async function imported(jwk: ReturnType<typeof publicJwk> & { readonly d?: string }, alg: string) {
  try {
    const key = await importJWK({ ...jwk }, alg);
    return key instanceof Uint8Array ? undefined : key;
  } catch {
    return undefined;
  }
}

async function verify(token: string, key: CryptoKey, alg: string): Promise<RefusalReason | undefined> {
  try {
    await compactVerify(token, key, { algorithms: [alg] });
    return undefined;
  } catch {
    return "bad-signature";
  }
}
