import { base64url } from "jose";
import type { RecentlyUsed } from "../../cache/RecentlyUsed.ts";
import { ABSENT, type RefusalReason, refused, type TierResult } from "../Identity.ts";
import type { CapabilityRequest, ClusterTier, IdentityCall, IdentityHost, IssuedCapability } from "../IdentityTier.ts";
import { bearerToken } from "../jwt/bearerToken.ts";
import type { TokenVerifier } from "../jwt/TokenVerifier.ts";
import type { CapabilityKeys } from "./CapabilityKeys.ts";
import { type CapabilityRules, judgeCapability } from "./judgeCapability.ts";
import { readCapability, type UnverifiedCapability } from "./readCapability.ts";
import type { CheckedCapabilitySettings } from "./readCapabilitySettings.ts";
import { utcSeconds } from "./readKeySet.ts";
import { signCapability } from "./signCapability.ts";

/** 96 bits: among 2^40 capabilities two have the same `jti` with a probability of 2^-17. */
const JTI_BYTES = 12;

/** What the clusters of a gate share. */
export interface SharedCapabilities {
  readonly host: IdentityHost;
  readonly keys: CapabilityKeys;
  /**
   * The capabilities whose signatures were right, so that each is verified once. It says nothing of their time, cluster, denial
   * and the end of their key, which are judged at each call. Only who has a key of the gate can add to it.
   */
  readonly verified: RecentlyUsed<string, UnverifiedCapability>;
  readonly randomBytes: (count: number) => Uint8Array;
}

/** The capabilities of one cluster: issues them to its sync, and accepts them in paths. */
export class ClusterCapabilities implements ClusterTier {
  readonly #shared: SharedCapabilities;
  readonly #rules: CapabilityRules;
  readonly #settings: CheckedCapabilitySettings;
  readonly #tokens: TokenVerifier;

  /** `tokens` verifies with the keys of this cluster. */
  constructor(shared: SharedCapabilities, cluster: string, settings: CheckedCapabilitySettings, tokens: TokenVerifier) {
    this.#shared = shared;
    this.#settings = settings;
    this.#tokens = tokens;
    const { graceMs, denied, notBeforeMs } = settings;
    this.#rules = { cluster, graceMs, denied, notBeforeMs };
  }

  identify({ token, isKnownOnly }: IdentityCall): TierResult | Promise<TierResult> {
    if (token === undefined) return ABSENT;
    const { verified } = this.#shared;
    const known = verified.get(token);
    if (known !== undefined) return this.#judge(known);
    if (isKnownOnly) return ABSENT;
    const read = readCapability(token);
    if (typeof read === "string") return refused(read);
    // Before the signature, which costs the most: strangers make many calls.
    const judged = this.#judge(read);
    return judged.outcome === "refused" ? judged : this.#verify(token, read);
  }

  #judge(read: UnverifiedCapability): TierResult {
    const { keys, host } = this.#shared;
    const nowMs = host.now();
    const reason = keys.refusal(read, nowMs);
    return reason === undefined ? judgeCapability(read.claims, this.#rules, nowMs) : refused(reason);
  }

  async #verify(token: string, read: UnverifiedCapability): Promise<TierResult> {
    const { keys, verified } = this.#shared;
    const reason = await keys.verify(token, read);
    if (reason !== undefined) return refused(reason);
    verified.set(token, read);
    return this.#judge(read);
  }

  /** Issues a capability for the token of the sync's ServiceAccount. Rejects only with what `beforeIssue` throws. */
  readonly issue = async ({
    authorization,
    audience,
    background,
    beforeIssue,
  }: CapabilityRequest): Promise<IssuedCapability | RefusalReason> => {
    const token = bearerToken(authorization);
    if (token === undefined) return "no-credential";
    const { subject, lifeMs } = this.#settings;
    const isSubject = (sub: string): boolean => sub === subject;
    const result = await this.#tokens.verify(token, { audiences: [audience], isSubject, background });
    if (!result.ok) return result.reason;
    const { aud, registration } = result.claims;
    // A token for several audiences is sent to each of them, and each could ask for a capability.
    if (aud.length !== 1) return "wrong-audience";
    // A token for the calls of one registration must not be worth all calls of the cluster.
    if (registration !== undefined) return "wrong-registration";
    const { keys, host, randomBytes } = this.#shared;
    const signer = await keys.signer();
    if (signer === undefined) return "keys-unavailable";
    await beforeIssue?.();
    const issuedAt = Math.floor(host.now() / 1_000);
    const life = lifeMs / 1_000;
    const expiresAt = issuedAt + life;
    const jti = base64url.encode(randomBytes(JTI_BYTES));
    const { cluster } = this.#rules;
    const capability = await signCapability(signer, { cluster, iat: issuedAt, exp: expiresAt, jti });
    // The setting `denied` needs the `jti`.
    host.log.info("a capability was issued", { cluster, jti, kid: signer.kid, expires: utcSeconds(expiresAt * 1_000) });
    return { token: capability, issuedAt, expiresAt, renewAt: issuedAt + Math.floor(life / 2) };
  };
}
