import { type ClusterApi, MERGE } from "./ClusterApi.ts";

/** Has cert-manager renew a Certificate now, as `cmctl renew` does: by the condition Issuing. `path` is the Certificate's own. */
export async function renewCertificate(api: ClusterApi, path: string): Promise<void> {
  const { body } = await api.get(path);
  const others = (body.status?.conditions ?? []).filter(({ type }: { type: string }) => type !== "Issuing");
  const issuing = {
    type: "Issuing",
    status: "True",
    reason: "ManuallyTriggered",
    message: "Certificate re-issuance manually triggered",
    lastTransitionTime: new Date().toISOString(),
    observedGeneration: body.metadata.generation,
  };
  const answer = await api.call("PATCH", `${path}/status`, {
    contentType: MERGE,
    // Another that is written meanwhile is not lost.
    body: {
      metadata: { resourceVersion: body.metadata.resourceVersion },
      status: { conditions: [...others, issuing] },
    },
  });
  if (answer.status === 409) return renewCertificate(api, path);
  if (answer.status !== 200) throw new Error(`${path}: ${answer.body.message}`);
}
