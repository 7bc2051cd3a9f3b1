import * as z from "zod/mini";
import { gatePath } from "../../protocol/gateUrl.ts";
import { SELF_TEST_NAMESPACE } from "../../registration/selftest/selfTestNames.ts";
import { NONCE_ANNOTATION } from "../../registration/selftest/selfTestObjects.ts";
import type { Cluster } from "../config/Cluster.ts";
import type { Gate } from "../config/defineGate.ts";

/** A call with which a process tests its own gate. */
export interface SelfTestCall {
  readonly path: string;
  /** The JSON body of a POST. Without it the call is a GET. */
  readonly body?: string;
  /** The fault of an answer; undefined for a good one. */
  readonly judge: (status: number, text: string) => string | undefined;
}

const answerSchema = z.object({
  response: z.object({
    uid: z.string(),
    allowed: z.literal(false),
    status: z.object({ message: z.string() }),
  }),
});

/**
 * A self-test review as the API server would send it, for the first cluster of the gate's table that takes every caller. Where there
 * is none, and where the clusters are a lookup, the process cannot call for a cluster: then it is a GET of `/healthz`.
 */
export function selfTestCall({ clusters }: Gate, nonce: string): SelfTestCall {
  const cluster = typeof clusters === "function" ? undefined : openCluster(clusters);
  if (cluster === undefined)
    return { path: "/healthz", judge: (status) => (status === 200 ? undefined : `it was answered ${status}`) };
  const name = "certificate-check";
  return {
    path: gatePath(cluster, "validate"),
    body: JSON.stringify({
      apiVersion: "admission.k8s.io/v1",
      kind: "AdmissionReview",
      request: {
        uid: nonce,
        kind: { group: "", version: "v1", kind: "ConfigMap" },
        resource: { group: "", version: "v1", resource: "configmaps" },
        name,
        namespace: SELF_TEST_NAMESPACE,
        operation: "CREATE",
        userInfo: { username: "postern" },
        object: {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name, namespace: SELF_TEST_NAMESPACE, annotations: { [NONCE_ANNOTATION]: nonce } },
        },
        oldObject: null,
        dryRun: true,
        options: null,
      },
    }),
    judge: (status, text) => judgeAnswer(status, text, nonce),
  };
}

function openCluster(clusters: Readonly<Record<string, Cluster>>): string | undefined {
  const isOpen = ({ identity }: Cluster): boolean =>
    identity === "none" || (Array.isArray(identity) && identity.some(({ tier }) => tier === "none"));
  return Object.entries(clusters).find(([, cluster]) => isOpen(cluster))?.[0];
}

function judgeAnswer(status: number, text: string, nonce: string): string | undefined {
  // Overloaded, or the lookup of the cluster fails now: the gate was reached, so the certificate was accepted.
  if (status === 503 || status === 429) return undefined;
  if (status !== 200) return `it was answered ${status}`;
  try {
    const { response } = answerSchema.parse(JSON.parse(text));
    if (response.uid === nonce && response.status.message.startsWith("postern self-test reached the gate"))
      return undefined;
  } catch {
    // Reported below.
  }
  return "the answer is not that of a self-test";
}
