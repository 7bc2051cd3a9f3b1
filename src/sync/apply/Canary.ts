import { randomUUID } from "node:crypto";
import { type KubernetesApi, statusMessage } from "../../kubernetes/KubernetesApi.ts";
import { BUNDLE_HASH_ANNOTATION, NONCE_ANNOTATION } from "../../registration/selftest/selfTestObjects.ts";
import { redactText } from "../../telemetry/redact/redactText.ts";
import { encodeBundle, trustHash } from "../../trust/bundle.ts";
import type { Ed25519PublicKey } from "../../trust/Ed25519PublicKey.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";
import type { CanaryTest } from "../plan/Observation.ts";
import { canaryUrl, purposeOf, type SyncTarget } from "../target/SyncTarget.ts";
import { readStatement } from "./readStatement.ts";
import { isCredentialRefusal, type SelfTest, selfTestFor } from "./SelfTest.ts";
import type { SyncCluster } from "./SyncCluster.ts";

/** Dependencies of {@link testCanary}. */
export interface CanaryDeps {
  readonly cluster: SyncCluster;
  /** Every API server that can be addressed directly. */
  readonly apis: readonly KubernetesApi[];
  /** Whether there may be further API servers, which may reach the gate. */
  readonly isPartial: boolean;
  readonly goal: SyncGoal;
  readonly publicKey: Ed25519PublicKey;
  /** For the API server to load the canary and call it. */
  readonly timeoutMs: number;
  readonly now: () => number;
}

/** Pause between two self-tests. */
const SELF_TEST_PAUSE_MS = 150;

/** The values to try on a canary. */
export interface Trial {
  readonly roots: readonly Certificate[];
  readonly base: string;
  /** Continues until every API server has reported for this long that it cannot call the gate. */
  readonly cutOffLimitMs?: number | undefined;
}

/**
 * Writes a bundle and a URL to a canary registration. Then sends self-tests by dry run until a signed one comes back, or
 * until the time limit. The last part of the URL is new in each test: the gate signs the URL, so the signature proves that
 * the API server used the new values. The bundle's comment is also new, so that the API server opens a new connection (it
 * caches transports by the bytes of a bundle). Throws KubernetesError when the canary cannot be
 * written, and SyncError `changed-in-between` when it changed since it was read.
 */
export async function testCanary(deps: CanaryDeps, canary: SyncTarget, trial: Trial): Promise<CanaryTest> {
  const { cluster, goal, now } = deps;
  const { roots, base, cutOffLimitMs } = trial;
  const purpose = purposeOf(canary);
  const selfTest = selfTestFor(purpose, goal.gate);
  const tag = randomUUID().slice(0, 8);
  const url = canaryUrl(purpose, base, goal.cluster, tag);
  const bundle = encodeBundle(roots, `postern sync self-test-${tag}`);
  const bundleHash = trustHash(roots);
  await cluster.write({ target: canary, hooks: canary.hooks.map(({ name }) => ({ name, url, bundle })), state: {} });
  const end = now() + deps.timeoutMs + (cutOffLimitMs ?? 0);
  let cutOffSince: number | undefined;
  for (;;) {
    const asked = now();
    const results = await Promise.all(
      deps.apis.map((api) => sendSelfTest(deps, api, selfTest, { url, tag, bundleHash })),
    );
    const { result, message, isRefused } = worst(results);
    const isCutOff = !deps.isPartial && results.length > 0 && results.every(({ cannotCall }) => cannotCall === true);
    cutOffSince = isCutOff ? (cutOffSince ?? asked) : undefined;
    const cutOffForMs = cutOffSince === undefined ? 0 : now() - cutOffSince;
    if (result === "passed" || now() >= end || cutOffForMs >= (cutOffLimitMs ?? Number.POSITIVE_INFINITY))
      return {
        // A message of the API server has the URL, and so the capability.
        message: redactText(message),
        // A refusal names no test: it may be about the values before. At the end of the time the new ones are loaded.
        result: isRefused === true ? "failed" : result,
        ...(isRefused === true ? { isRefused } : {}),
        bundleHash,
        base,
        at: now(),
        isReached: results.some((one) => one.result === "passed"),
        cutOffForMs,
        ...(cutOffLimitMs === undefined ? {} : { cutOffLimitMs }),
      };
    await new Promise((resolve) => setTimeout(resolve, SELF_TEST_PAUSE_MS));
  }
}

/**
 * Whether a call got no HTTP answer. A Go `url.Error` contains the address in quotes. An error page that repeats the address
 * is quoted as a whole (`NewGenericServerResponse`, k8s.io/apimachinery), so its own quotes are escaped.
 */
function isUnanswered(message: string, url: string): boolean {
  return message.includes(`: Post "${url}`);
}

interface TestResult extends Pick<CanaryTest, "result" | "message"> {
  /** Whether the API server could not call the gate with the values of this test. */
  readonly cannotCall?: boolean;
  /** Whether the gate answered 401. */
  readonly isRefused?: boolean;
}

/** All API servers must pass. A failed result counts more than an unknown one. */
function worst(results: readonly TestResult[]): TestResult {
  const by = (result: TestResult["result"]): TestResult | undefined => results.find((it) => it.result === result);
  return (
    by("failed") ??
    results.find(({ isRefused }) => isRefused === true) ??
    by("unknown") ??
    by("passed") ?? { result: "unknown", message: "no API server can be asked" }
  );
}

async function sendSelfTest(
  { goal, publicKey, now }: CanaryDeps,
  api: KubernetesApi,
  { path, object, isCallFailure, isAnswered }: SelfTest,
  { url, tag, bundleHash }: { url: string; tag: string; bundleHash: string },
): Promise<TestResult> {
  const nonce = randomUUID();
  const annotations = { [NONCE_ANNOTATION]: nonce, [BUNDLE_HASH_ANNOTATION]: bundleHash };
  const body = { ...object, metadata: { name: goal.gate, annotations } };
  const answer = await api({ method: "POST", path, body }).catch((error: unknown) => String(error));
  if (typeof answer === "string") return { result: "unknown", message: `the API server was not asked: ${answer}` };
  if (answer.status === 201) return { result: "unknown", message: "the API server does not call the canary" };
  const message = statusMessage(answer);
  if (isCredentialRefusal(message))
    return {
      result: "unknown",
      message:
        "the gate answers the API server with 401: it takes neither its URL nor its credentials for this cluster",
      isRefused: true,
    };
  if (isCallFailure(answer))
    // The message contains the URL, whose tag identifies the test.
    return message.includes(tag)
      ? {
          result: "failed",
          message: `the API server cannot call the gate: ${message}`,
          cannotCall: isUnanswered(message, url),
        }
      : { result: "unknown", message: `the API server has not loaded the canary yet: ${message}` };
  if (!isAnswered(answer))
    return { result: "unknown", message: `the self-test was refused before the gate was called: ${message}` };
  const cluster = goal.cluster;
  const statement = await readStatement(message, publicKey, { nonce, bundleHash, cluster, url, now: now() });
  if (statement.ok) return { result: "passed", message: "a signed self-test came through" };
  const isStale = statement.fault === "other-url" || statement.fault === "clock";
  return { result: isStale ? "unknown" : "failed", message: statement.message };
}
