import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { POSTERN_VERSION } from "../../protocol/posternVersion.ts";
import type { ConversionReview } from "../../protocol/review/ConversionReview.ts";
import type { Review } from "../../protocol/review/Review.ts";
import { statedUrl } from "../../protocol/statedUrl.ts";
import { SELF_TEST_GROUP_SUFFIX, SELF_TEST_NAMESPACE } from "../../registration/selftest/selfTestNames.ts";
import { BUNDLE_HASH_ANNOTATION, NONCE_ANNOTATION } from "../../registration/selftest/selfTestObjects.ts";
import type { GateRuntime } from "../GateRuntime.ts";
import type { SelfTestStatement } from "./SelfTestSigner.ts";

/** Longer values are cut. In characters. */
const MAX_ANNOTATION_LENGTH = 256;

/** The nonce of a self-test; undefined when the review is not a self-test. */
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

/** The object whose conversion is a self-test; undefined when the review is not a self-test. */
export function selfTestObject({ desiredApiVersion, objects }: ConversionReview): JsonObject | undefined {
  const isOfSelfTest = (apiVersion: unknown): boolean =>
    typeof apiVersion === "string" && apiVersion.split("/", 1)[0]?.endsWith(SELF_TEST_GROUP_SUFFIX) === true;
  return isOfSelfTest(desiredApiVersion) ? objects[0] : objects.find(({ apiVersion }) => isOfSelfTest(apiVersion));
}

/**
 * The answer to a self-test: the gate's statement about the call, signed where the gate has a key that works. The caller
 * reads in the API server's error that the call reached this gate, with which URL and with which trust bundle.
 */
export async function selfTestMessage(
  runtime: GateRuntime,
  object: JsonObject | null,
  url: string,
  settings: ClusterSettings,
): Promise<string> {
  const { signer, deps } = runtime;
  const { cluster } = settings;
  const text = (key: string): string => (annotationOf(object, key) ?? "").slice(0, MAX_ANNOTATION_LENGTH);
  const statement: SelfTestStatement = {
    nonce: text(NONCE_ANNOTATION),
    bundleHash: text(BUNDLE_HASH_ANNOTATION),
    cluster,
    url: await statedUrl(url),
    iat: Math.floor(deps.now() / 1000),
    registrationHash: await runtime.registrationHash(settings),
    version: POSTERN_VERSION,
  };
  if (signer === undefined)
    return `postern self-test reached the gate; unsigned, for the gate has no signing key: ${JSON.stringify(statement)}`;
  try {
    return `postern self-test reached the gate; signed statement: ${await signer.sign(statement)}`;
  } catch (error) {
    // Still a denial: an error would allow the self-test where failurePolicy is Ignore.
    deps.log.error("a self-test could not be signed", { cluster, error });
    return `postern self-test reached the gate; unsigned, for the gate's signing key cannot be used: ${JSON.stringify(statement)}`;
  }
}

function annotationOf(object: Review["object"], key: string): string | undefined {
  const metadata = isJsonObject(object) ? object.metadata : undefined;
  const annotations = isJsonObject(metadata) ? metadata.annotations : undefined;
  const value = isJsonObject(annotations) && Object.hasOwn(annotations, key) ? annotations[key] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}
