import { randomUUID } from "node:crypto";
import { SELF_TEST_NAMESPACE } from "../registration/guardConditions.ts";
import { BUNDLE_HASH_ANNOTATION, NONCE_ANNOTATION } from "../registration/selfTestObjects.ts";
import type { Certificate } from "../trust/Certificate.ts";
import { type ApiResponse, type KubernetesApi, statusMessage } from "./KubernetesApi.ts";
import { bundleOf, trustHash } from "./liveRoots.ts";
import type { CanaryTest } from "./Observation.ts";
import { readStatement } from "./readStatement.ts";
import type { SyncCluster } from "./SyncCluster.ts";
import type { SelfTestKey, SyncGoal } from "./SyncConfig.ts";
import type { SyncTarget } from "./SyncTarget.ts";

/** What a test of the canary needs. */
export interface CanaryDeps {
  readonly cluster: SyncCluster;
  /** Every API server that can be asked by itself. */
  readonly apis: readonly KubernetesApi[];
  readonly goal: SyncGoal;
  readonly publicKey: SelfTestKey;
  /** For the API server to take up the canary and call it. In milliseconds. */
  readonly timeout: number;
  readonly now: () => number;
}

/** Between two self-tests. In milliseconds. */
const PAUSE = 150;

/**
 * Writes a bundle and a URL to the canary registration, and sends self-tests, by dry run, until one comes back signed
 * through it. The URL's last part is new each time: that the gate says it was called there is what shows that the API
 * server called by what was written now, and not by what it had before. The bundle's comment is new too, so that the
 * connection is (API servers keep transports by the bytes of a bundle).
 */
export async function testCanary(
  deps: CanaryDeps,
  canary: SyncTarget,
  { roots, base }: { readonly roots: readonly Certificate[]; readonly base: string },
): Promise<CanaryTest> {
  const { cluster, goal, now } = deps;
  const tag = `self-test-${randomUUID().slice(0, 8)}`;
  const url = `${base}/c/${goal.cluster}/validate/${tag}`;
  const bundle = bundleOf(roots, `postern sync ${tag}`);
  const bundleHash = trustHash(roots);
  await cluster.write({ target: canary, hooks: canary.hooks.map(({ name }) => ({ name, url, bundle })), state: {} });
  const end = now() + deps.timeout;
  for (;;) {
    const { result, message } = worst(
      await Promise.all(deps.apis.map((api) => selfTest(deps, api, { url, tag, bundleHash }))),
    );
    if (result === "passed" || now() >= end) return { result, message, bundleHash, base, at: now() };
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

type TestResult = Pick<CanaryTest, "result" | "message">;

/** All have to pass; that one API server cannot call the gate says more than that another could not be asked. */
function worst(results: readonly TestResult[]): TestResult {
  const by = (result: TestResult["result"]): TestResult | undefined => results.find((it) => it.result === result);
  return (
    by("failed") ?? by("unknown") ?? by("passed") ?? { result: "unknown", message: "there is no API server to ask" }
  );
}

async function selfTest(
  { goal, publicKey, now }: CanaryDeps,
  api: KubernetesApi,
  { url, tag, bundleHash }: { url: string; tag: string; bundleHash: string },
): Promise<TestResult> {
  const nonce = randomUUID();
  const annotations = { [NONCE_ANNOTATION]: nonce, [BUNDLE_HASH_ANNOTATION]: bundleHash };
  const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: goal.gate, annotations } };
  const path = `/api/v1/namespaces/${SELF_TEST_NAMESPACE}/configmaps?dryRun=All`;
  const answer = await api({ method: "POST", path, body }).catch((error: unknown) => String(error));
  if (typeof answer === "string") return { result: "unknown", message: `the API server was not asked: ${answer}` };
  if (answer.status === 201) return { result: "unknown", message: "the API server does not call the canary" };
  const message = statusMessage(answer);
  if (isCallFailure(answer))
    // Its address is in the message, and so tells which canary was called.
    return message.includes(tag)
      ? { result: "failed", message: `the API server cannot call the gate: ${message}` }
      : { result: "unknown", message: `the API server has not taken the canary up yet: ${message}` };
  if (!/^\d+ admission webhook "canary\./.test(message))
    return { result: "unknown", message: `the self-test was refused before the gate was called: ${message}` };
  const cluster = goal.cluster;
  const statement = await readStatement(message, publicKey, { nonce, bundleHash, cluster, url, now: now() });
  if (statement.ok) return { result: "passed", message: "a signed self-test came through" };
  const isStale = statement.fault === "other-url" || statement.fault === "clock";
  return { result: isStale ? "unknown" : "failed", message: statement.message };
}

/** A fail-closed error of the API server's own (`NewInternalError`, apiserver/pkg/admission/plugin/webhook). */
function isCallFailure({ status, body }: ApiResponse): boolean {
  return status === 500 && typeof body.message === "string" && body.message.includes("failed calling webhook");
}
