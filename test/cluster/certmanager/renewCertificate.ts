import { type ClusterApi, MERGE } from "../ClusterApi.ts";

/**
 * Triggers the renewal of a Certificate with the condition Issuing, as `cmctl renew` does. `path` is the path of the
 * Certificate.
 */
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
    // With the resourceVersion, the patch does not overwrite a concurrent change.
    body: {
      metadata: { resourceVersion: body.metadata.resourceVersion },
      status: { conditions: [...others, issuing] },
    },
  });
  if (answer.status === 409) return renewCertificate(api, path);
  if (answer.status !== 200) throw new Error(`${path}: ${answer.body.message}`);
}
