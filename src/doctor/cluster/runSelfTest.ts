import { randomUUID } from "node:crypto";
import { type KubernetesApi, statusMessage } from "../../kubernetes/KubernetesApi.ts";
import { readGateUrl } from "../../protocol/gateUrl.ts";
import { SELF_TEST_NAMESPACE } from "../../registration/selftest/selfTestNames.ts";
import { BUNDLE_HASH_ANNOTATION, NONCE_ANNOTATION } from "../../registration/selftest/selfTestObjects.ts";
import { readStatement } from "../../sync/apply/readStatement.ts";
import { redactText } from "../../telemetry/redact/redactText.ts";
import { readableCertificates, trustHash } from "../../trust/bundle.ts";
import type { Ed25519PublicKey } from "../../trust/Ed25519PublicKey.ts";
import type { SelfTestResult } from "./ClusterView.ts";
import type { LiveRegistration } from "./LiveRegistration.ts";

/** The gate to test, and how. */
export interface SelfTestOptions {
  readonly gate: string;
  readonly canary: LiveRegistration | undefined;
  /** The key that signs the gate's answers; undefined if it is unknown. */
  readonly publicKey: Ed25519PublicKey | undefined;
  readonly now: () => number;
}

/**
 * Sends one self-test through a gate's canary, without changing the canary. It is a dry run, so nothing is stored, and
 * only the canary is called. The API server may use an existing connection. Never rejects.
 */
export async function runSelfTest(api: KubernetesApi, options: SelfTestOptions): Promise<SelfTestResult> {
  const { gate, canary, publicKey, now } = options;
  const [hook] = canary?.hooks ?? [];
  if (hook?.url === undefined)
    return { gate, result: "not-made", message: `there is no canary registration ${gate}.canary` };
  const [nonce, bundleHash] = [randomUUID(), trustHash(readableCertificates(hook.bundle))];
  const annotations = { [NONCE_ANNOTATION]: nonce, [BUNDLE_HASH_ANNOTATION]: bundleHash };
  const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: gate, annotations } };
  const path = `/api/v1/namespaces/${SELF_TEST_NAMESPACE}/configmaps?dryRun=All`;
  const answer = await api({ method: "POST", path, body }).catch((error: unknown) => String(error));
  if (typeof answer === "string") return { gate, result: "not-made", message: answer };
  const text = statusMessage(answer);
  // An API server repeats the URL that it calls.
  const message = redactText(text);
  if (answer.status === 201) return { gate, result: "not-made", message: "the API server does not call the canary" };
  if (answer.status === 500 && message.includes("failed calling webhook")) return { gate, result: "failed", message };
  if (!/^\d+ admission webhook "canary\./.test(message)) return { gate, result: "not-made", message };
  if (publicKey === undefined) return { gate, result: "called", message: "" };
  const cluster = readGateUrl(hook.url)?.cluster ?? "";
  const expected = { nonce, bundleHash, cluster, url: hook.url, now: now() };
  const statement = await readStatement(text, publicKey, expected);
  return statement.ok
    ? { gate, result: "signed", message: "", version: statement.version }
    : { gate, result: "bad-statement", message: statement.message };
}
