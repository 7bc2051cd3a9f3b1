import { CompactSign, importJWK, type JWK } from "jose";
import * as z from "zod/mini";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import type { ConversionReview } from "../../protocol/review/ConversionReview.ts";
import type { Review } from "../../protocol/review/Review.ts";
import { type DeniedVerdict, denied } from "../../protocol/review/Verdict.ts";
import { SELF_TEST_NAMESPACE } from "../../registration/conditions/guardConditions.ts";
import { SELF_TEST_GROUP_SUFFIX } from "../../registration/selftest/conversionCanary.ts";
import {
  BUNDLE_HASH_ANNOTATION,
  NONCE_ANNOTATION,
  STATEMENT_TYPE,
} from "../../registration/selftest/selfTestObjects.ts";
import type { Log } from "../../telemetry/Log.ts";
import { GateConfigError } from "../config/GateConfigError.ts";

/** Longer values are not repeated. In characters. */
const ANNOTATION_LENGTH = 256;

/** What a gate says of itself when a self-test reaches it. */
export interface SelfTestStatement {
  readonly nonce: string;
  readonly bundleHash: string;
  readonly cluster: string;
  /** As it was called, without the query. */
  readonly url: string;
  /** Seconds since 1970. */
  readonly iat: number;
  /** `sha256:HEX` of the registrations that this gate would render for the cluster now. */
  readonly registrationHash: string;
}

const signingKeySchema = z.object({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: z.string(),
  d: z.string(),
  kid: z.optional(z.string()),
});

/** Signs statements with an Ed25519 key (RFC 8037). The key is checked at once and imported at the first use. */
export class SelfTestSigner {
  readonly #jwk: z.infer<typeof signingKeySchema>;
  #key: ReturnType<typeof importJWK> | undefined;

  /** Throws {@link GateConfigError} when the JWK is no private Ed25519 key; never says what it holds. */
  constructor(jwk: JWK) {
    const parsed = signingKeySchema.safeParse(jwk);
    if (!parsed.success)
      throw new GateConfigError("signingKey", "is not a private Ed25519 JWK (kty OKP, crv Ed25519, x, d)");
    this.#jwk = parsed.data;
  }

  async sign(statement: SelfTestStatement): Promise<string> {
    const { kid, kty, crv, x, d } = this.#jwk;
    this.#key ??= importJWK({ kty, crv, x, d }, "EdDSA");
    const payload = new TextEncoder().encode(JSON.stringify(statement));
    return new CompactSign(payload)
      .setProtectedHeader({ alg: "EdDSA", typ: STATEMENT_TYPE, ...(kid === undefined ? {} : { kid }) })
      .sign(await this.#key);
  }
}

/** The nonce of a self-test; undefined when the review is none. */
export function selfTestNonce({ resource, subresource, namespace, object }: Review): string | undefined {
  if (
    resource.group !== "" ||
    resource.resource !== "configmaps" ||
    subresource !== "" ||
    namespace !== SELF_TEST_NAMESPACE
  )
    return undefined;
  return annotationOf(object, NONCE_ANNOTATION);
}

/** The object whose conversion is a self-test; undefined when the review is none. */
export function selfTestObject({ desiredApiVersion, objects }: ConversionReview): JsonObject | undefined {
  const isOfSelfTest = (apiVersion: unknown): boolean =>
    typeof apiVersion === "string" && apiVersion.split("/", 1)[0]?.endsWith(SELF_TEST_GROUP_SUFFIX) === true;
  return isOfSelfTest(desiredApiVersion) ? objects[0] : objects.find(({ apiVersion }) => isOfSelfTest(apiVersion));
}

/** How a self-test reached the gate. */
export interface ReceivedSelfTest {
  readonly cluster: string;
  readonly url: string;
  /** In milliseconds since 1970. */
  readonly now: number;
  readonly registrationHash: string;
}

/**
 * The answer to a self-test, always a denial, whatever any mode says: its message carries the statement, so that a
 * caller can tell from the API server's error that the call reached this gate, by this URL and with this bundle.
 */
export async function selfTestVerdict(
  { object }: Review,
  call: ReceivedSelfTest,
  signer: SelfTestSigner | undefined,
  log: Log,
): Promise<DeniedVerdict> {
  return denied(await selfTestMessage(object, call, signer, log));
}

/** What is said to a self-test: the statement, signed where the gate has a key that can be used. */
export async function selfTestMessage(
  object: JsonObject | null,
  { cluster, url, now, registrationHash }: ReceivedSelfTest,
  signer: SelfTestSigner | undefined,
  log: Log,
): Promise<string> {
  const text = (key: string): string => (annotationOf(object, key) ?? "").slice(0, ANNOTATION_LENGTH);
  const statement: SelfTestStatement = {
    nonce: text(NONCE_ANNOTATION),
    bundleHash: text(BUNDLE_HASH_ANNOTATION),
    cluster,
    url,
    iat: Math.floor(now / 1000),
    registrationHash,
  };
  if (signer === undefined)
    return `postern self-test reached the gate; unsigned, for the gate has no signing key: ${JSON.stringify(statement)}`;
  try {
    return `postern self-test reached the gate; signed statement: ${await signer.sign(statement)}`;
  } catch (error) {
    // Still a denial: an error would let the self-test in where failurePolicy is Ignore.
    log.error("a self-test could not be signed", { cluster, error });
    return `postern self-test reached the gate; unsigned, for the gate's signing key cannot be used: ${JSON.stringify(statement)}`;
  }
}

function annotationOf(object: Review["object"], key: string): string | undefined {
  const metadata = isJsonObject(object) ? object.metadata : undefined;
  const annotations = isJsonObject(metadata) ? metadata.annotations : undefined;
  const value = isJsonObject(annotations) && Object.hasOwn(annotations, key) ? annotations[key] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}
