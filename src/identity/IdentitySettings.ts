import type { JSONWebKeySet } from "jose";

/** Whose tokens are accepted, and where their keys are. Without `keys` and `jwksUrl` they are found by OIDC discovery. */
export interface TokenIssuer {
  /** The `iss` of the tokens, exactly. */
  readonly issuer: string;
  /** The public keys themselves, for an issuer that cannot be reached. `postern enroll` prints them. */
  readonly keys?: JSONWebKeySet;
  /** The https URL of the public keys. */
  readonly jwksUrl?: string;
}

/** Accepts a client certificate that the host has verified. */
export interface ClientCertificateSettings {
  readonly tier: "client-certificate";
  /** SHA-256 of accepted certificates (DER), in hex; colons are allowed. */
  readonly fingerprints?: readonly string[];
  /** Subjects of accepted certificates, as RFC 4514 writes them: `CN=kube-apiserver,O=production`. */
  readonly subjects?: readonly string[];
}

/** Accepts a bearer token that the cluster's issuer signed. */
export interface JwtSettings extends TokenIssuer {
  readonly tier: "jwt";
  /** Accepted `sub`. `*` stands for any characters. */
  readonly subjects: readonly string[];
  /** Audiences that are accepted beside the exact URL of the call. */
  readonly audiences?: readonly string[];
}

/** Accepts a capability in the path, which the gate issued to the sync of the cluster. */
export interface CapabilitySettings extends TokenIssuer {
  readonly tier: "capability";
  /** The `sub` that may ask for capabilities. Default: `system:serviceaccount:postern-system:postern-sync`. */
  readonly subject?: string;
  /** How long a capability is valid: from `15m` to `30d`. Default: `24h`. */
  readonly life?: string;
  /** How long an expired one is honoured. Default: `7d`. */
  readonly grace?: string;
  /** `jti` of capabilities that are refused. */
  readonly denied?: readonly string[];
  /** Capabilities that were issued before this time are refused. ISO 8601 in UTC. */
  readonly notBefore?: string;
}

/** Accepts every caller. */
export interface NoneSettings {
  readonly tier: "none";
}

/** The settings of one tier. */
export type TierSettings = ClientCertificateSettings | JwtSettings | CapabilitySettings | NoneSettings;

/** Who may call for a cluster: tiers in the order in which they are tried, or `none` for every caller. */
export type IdentitySettings = "none" | readonly TierSettings[];
