/** What a made capability says. Times are in milliseconds since 1970. */
export interface MadeCapability {
  readonly issuedMs: number;
  readonly lifeMs?: number;
  readonly cluster?: string;
  /** Tells two of the same time apart. */
  readonly jti?: string;
}

const DAY_MS = 86_400_000;

/** A text with the form of a capability: a JWS whose signature nobody can verify. */
export function madeCapability({ issuedMs, lifeMs = DAY_MS, cluster = "prod", jti = "jti" }: MadeCapability): string {
  const [iat, exp] = [issuedMs, issuedMs + lifeMs].map((time) => Math.floor(time / 1_000));
  return madeToken({ cluster, iat, exp, jti: jti.padEnd(16, "0") });
}

/** A text with the form of a JWT. */
export function madeToken(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "EdDSA" })}.${part(claims)}.${"s".repeat(86)}`;
}
