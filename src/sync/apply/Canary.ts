import { randomUUID } from "node:crypto";
import { type KubernetesApi, statusMessage } from "../../kubernetes/KubernetesApi.ts";
import { BUNDLE_HASH_ANNOTATION, NONCE_ANNOTATION } from "../../registration/selftest/selfTestObjects.ts";
import { encodeBundle, trustHash } from "../../trust/bundle.ts";
import type { Ed25519PublicKey } from "../../trust/Ed25519PublicKey.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";
import type { CanaryTest } from "../plan/Observation.ts";
import { canaryUrl, purposeOf, type SyncTarget } from "../target/SyncTarget.ts";
import { readStatement } from "./readStatement.ts";
import { type SelfTest, selfTestFor } from "./SelfTest.ts";
import type { SyncCluster } from "./SyncCluster.ts";

/** What a test of the canary needs. */
export interface CanaryDeps {
  readonly cluster: SyncCluster;
  /** Every API server that can be asked by itself. */
  readonly apis: readonly KubernetesApi[];
  /** Whether there may be others, of which nothing follows from these: they may well reach the gate. */
  readonly isPartial: boolean;
  readonly goal: SyncGoal;
  readonly publicKey: Ed25519PublicKey;
  /** For the API server to take up the canary and call it. In milliseconds. */
  readonly timeout: number;
  readonly now: () => number;
}

/** Between two self-tests. In milliseconds. */
const PAUSE = 150;

/** What is tried on a canary. */
export interface Trial {
  readonly roots: readonly Certificate[];
  readonly base: string;
  /** Goes on until every API server has said for so long that it cannot call the gate. In milliseconds. */
  readonly patience?: number | undefined;
}

/**
 * Writes a bundle and a URL to a canary registration, and sends self-tests, by dry run, until one comes back signed
 * through it. The URL's last part is new each time: that the gate says it was called there is what shows that the API
 * server called by what was written now, and not by what it had before. The bundle's comment is new too, so that the
 * connection is (API servers keep transports by the bytes of a bundle).
 */
export async function testCanary(deps: CanaryDeps, canary: SyncTarget, trial: Trial): Promise<CanaryTest> {
  const { cluster, goal, now } = deps;
  const { roots, base, patience } = trial;
  const purpose = purposeOf(canary);
  const selfTest = selfTestFor(purpose, goal.gate);
  const tag = randomUUID().slice(0, 8);
  const url = canaryUrl(purpose, base, goal.cluster, tag);
  const bundle = encodeBundle(roots, `postern sync self-test-${tag}`);
  const bundleHash = trustHash(roots);
  await cluster.write({ target: canary, hooks: canary.hooks.map(({ name }) => ({ name, url, bundle })), state: {} });
  const end = now() + deps.timeout + (patience ?? 0);
  let cutOffSince: number | undefined;
  for (;;) {
    const asked = now();
    const results = await Promise.all(
      deps.apis.map((api) => sendSelfTest(deps, api, selfTest, { url, tag, bundleHash })),
    );
    const { result, message } = worst(results);
    const isCutOff = !deps.isPartial && results.length > 0 && results.every(({ cannotCall }) => cannotCall === true);
    cutOffSince = isCutOff ? (cutOffSince ?? asked) : undefined;
    const cutOffFor = cutOffSince === undefined ? 0 : now() - cutOffSince;
    if (result === "passed" || now() >= end || cutOffFor >= (patience ?? Number.POSITIVE_INFINITY))
      return {
        result,
        message,
        bundleHash,
        base,
        at: now(),
        isReached: results.some((one) => one.result === "passed"),
        cutOffFor,
        ...(patience === undefined ? {} : { patience }),
      };
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/**
 * Whether a call got no HTTP answer: a Go `url.Error` has the address in quotes. An error page that repeats the address
 * is quoted itself (`NewGenericServerResponse`, k8s.io/apimachinery), and its quotes have backslashes.
 */
function isUnanswered(message: string, url: string): boolean {
  return message.includes(`: Post "${url}`);
}

interface TestResult extends Pick<CanaryTest, "result" | "message"> {
  /** Whether it was this canary by which the API server could not call. */
  readonly cannotCall?: boolean;
}

/** All have to pass; that one API server cannot call the gate says more than that another could not be asked. */
function worst(results: readonly TestResult[]): TestResult {
  const by = (result: TestResult["result"]): TestResult | undefined => results.find((it) => it.result === result);
  return (
    by("failed") ?? by("unknown") ?? by("passed") ?? { result: "unknown", message: "there is no API server to ask" }
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
  if (isCallFailure(answer))
    // Its address is in the message, and so tells which canary was called.
    return message.includes(tag)
      ? {
          result: "failed",
          message: `the API server cannot call the gate: ${message}`,
          cannotCall: isUnanswered(message, url),
        }
      : { result: "unknown", message: `the API server has not taken the canary up yet: ${message}` };
  if (!isAnswered(answer))
    return { result: "unknown", message: `the self-test was refused before the gate was called: ${message}` };
  const cluster = goal.cluster;
  const statement = await readStatement(message, publicKey, { nonce, bundleHash, cluster, url, now: now() });
  if (statement.ok) return { result: "passed", message: "a signed self-test came through" };
  const isStale = statement.fault === "other-url" || statement.fault === "clock";
  return { result: isStale ? "unknown" : "failed", message: statement.message };
}
