import { createHmac, createPublicKey } from "node:crypto";
import { base64url, type JWK } from "jose";
import { keySetText } from "../../../src/cli/keys/keySetText.ts";
import { makeKey } from "../../../src/cli/keys/makeKey.ts";
import { type CapabilityKey, publicJwk } from "../../../src/identity/capability/readKeySet.ts";
import { API_SERVER, type AttackedKeys } from "../../fixtures/gates/identityGate.ts";
import { CAS, type ClientPair, clientPair, pemOf } from "../../hosts/certificate/clientPki.ts";
import { headerOf, SYNC, signed } from "../../identity/capability/CapabilityBed.ts";
import { type Members, TestIssuer } from "../../identity/jwt/TestIssuer.ts";
import { planted } from "../../run/secrets/planted.ts";

/** The host of the gate. */
export const HOST = "gate.example.com";
/** The name that the issuers of both clusters have, as those of all kubeadm clusters. */
const ISSUER = "https://kubernetes.default.svc.cluster.local";
const DAY_S = 86_400;
/** Of certificates. Tests put the clock of a gate forward by hours. */
export const DATES = { notBefore: Date.now() - DAY_S * 1_000, notAfter: Date.now() + 9 * DAY_S * 1_000 } as const;

/** The URL of a call, as the API server has it. */
export const urlOf = (cluster: string, purpose = "validate", host = HOST): string =>
  `https://${host}/c/${cluster}/${purpose}`;

/** The keys of two clusters, a gate and an attacker, and what each of them signs. */
export class IdentityBed {
  readonly production: TestIssuer;
  readonly staging: TestIssuer;
  /** Has the `kid` of the others. */
  readonly attacker: TestIssuer;
  readonly gateKey: CapabilityKey;
  readonly attackerKey: CapabilityKey;
  /** The CA of clients, in PEM. */
  readonly clientCa: string;
  /** The client certificate that clusters accept. */
  readonly pair: ClientPair;
  readonly keys: AttackedKeys;
  /** Seconds since 1970. */
  readonly now = Math.floor(Date.now() / 1_000);

  private constructor(
    [production, staging, attacker]: readonly [TestIssuer, TestIssuer, TestIssuer],
    [gateKey, attackerKey]: readonly [CapabilityKey, CapabilityKey],
    clientCa: string,
    pair: ClientPair,
  ) {
    this.production = production;
    this.staging = staging;
    this.attacker = attacker;
    this.gateKey = gateKey;
    this.attackerKey = attackerKey;
    this.clientCa = clientCa;
    this.pair = pair;
    this.keys = {
      issuer: ISSUER,
      production: { keys: [production.jwk] },
      staging: { keys: [staging.jwk] },
      fingerprint: pair.fingerprint,
    };
  }

  /** The client certificate in PEM. */
  get certificate(): string {
    return this.pair.cert;
  }

  static async create(): Promise<IdentityBed> {
    const [production, staging, attacker, gateKey, attackerKey, clientCa, pair] = await Promise.all([
      TestIssuer.create(ISSUER),
      TestIssuer.create(ISSUER),
      TestIssuer.create(ISSUER),
      makeKey("EdDSA", Date.now()),
      makeKey("EdDSA", Date.now()),
      pemOf({ ...CAS.old, ...DATES }),
      clientPair(DATES),
    ]);
    return new IdentityBed([production, staging, attacker], [gateKey, attackerKey], clientCa, pair);
  }

  /** Variables of the gate. */
  get env(): Readonly<Record<string, string>> {
    return {
      POSTERN_HOSTS: HOST,
      POSTERN_CAPABILITY_KEYS: keySetText([this.gateKey]),
      // The table has more refused calls than an address may make.
      POSTERN_REFUSED_RATE: "999999",
    };
  }

  /** Claims of the API server of a cluster, with a secret in them. */
  claims(more: Members = {}): Members {
    const { now } = this;
    return {
      sub: API_SERVER,
      aud: urlOf("production"),
      iat: now - 60,
      exp: now + DAY_S,
      note: planted("claim"),
      ...more,
    };
  }

  /** Claims of the sync of a cluster. */
  syncClaims(more: Members = {}): Members {
    return this.claims({ sub: SYNC, aud: `https://${HOST}/token`, ...more });
  }

  /** A token of the API server of `production`. */
  token(claims: Members = {}, header: Members = {}): Promise<string> {
    return this.production.sign(this.claims(claims), header);
  }

  /** A token with any header and a signature of the attacker's. */
  forged(header: Members, claims: Members = {}): Promise<string> {
    const text = JSON.stringify({ alg: "ES256", kid: this.production.kid, ...header });
    return this.attacker.signHeaderText(text, this.claims(claims));
  }

  /** A token of HS256, whose secret is a text that everybody knows. */
  hmac(secret: "PEM" | "JWK"): string {
    const { jwk } = this.production;
    const known = secret === "JWK" ? JSON.stringify(jwk) : spki(jwk);
    const input = [
      { alg: "HS256", kid: this.production.kid },
      { iss: ISSUER, ...this.claims() },
    ]
      .map((part) => base64url.encode(JSON.stringify(part)))
      .join(".");
    return `${input}.${createHmac("sha256", known).update(input).digest("base64url")}`;
  }

  /** A token without a signature, or with a made-up one. */
  unsigned(alg: string, signature: string): string {
    const parts = [
      { alg, kid: this.production.kid },
      { iss: ISSUER, ...this.claims() },
    ];
    return [...parts.map((part) => base64url.encode(JSON.stringify(part))), signature].join(".");
  }

  /** A capability of the gate, or of the attacker with the `kid` of the gate. */
  capability(claims: Members = {}, header: Members = {}, key = this.gateKey): Promise<string> {
    const { now } = this;
    const all = { cluster: "production", iat: now - 60, exp: now + DAY_S, jti: "capabilityOfTest", ...claims };
    return signed(key, { ...headerOf(this.gateKey), ...header }, all);
  }

  /** A capability that was to live until `agoDays` ago. */
  expired(agoDays: number): Promise<string> {
    const exp = this.now - agoDays * DAY_S;
    return this.capability({ iat: exp - DAY_S, exp });
  }

  /** The public key of the gate's capabilities as a text. */
  get gatePublicKey(): string {
    return JSON.stringify(publicJwk(this.gateKey));
  }
}

function spki(jwk: JWK): string {
  return String(createPublicKey({ key: { ...jwk }, format: "jwk" }).export({ type: "spki", format: "pem" }));
}
