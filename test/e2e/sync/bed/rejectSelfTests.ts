import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { eventually } from "../../../run/eventually.ts";
import { MUTATING, type SyncBed } from "./SyncBed.ts";

/**
 * Registers a foreign webhook that denies every ConfigMap in the namespace of the self-tests with the status `code`.
 * The API server calls it before the canary. Resolves when it is in force.
 */
export async function rejectSelfTests(bed: SyncBed, code: number): Promise<{ stop(): Promise<unknown> }> {
  const server = createServer(await bed.cas.old.issuing.issue({ name: "busy", hosts: ["127.0.0.1"] }));
  server.on("request", async (incoming, outgoing) => {
    const { apiVersion, kind, request } = JSON.parse(Buffer.concat(await incoming.toArray()).toString());
    const response = { uid: request.uid, allowed: false, status: { code, message: "not now" } };
    outgoing.setHeader("content-type", "application/json").end(JSON.stringify({ apiVersion, kind, response }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const clientConfig = {
    url: `https://127.0.0.1:${port}`,
    caBundle: Buffer.from(bed.cas.old.root).toString("base64"),
  };
  const collection = MUTATING.slice(0, MUTATING.lastIndexOf("/"));
  await bed.cluster.api.create(collection, {
    metadata: { name: "busy" },
    webhooks: [
      {
        name: "busy.example.com",
        clientConfig,
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }],
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "postern-selftest" } },
        sideEffects: "None",
        admissionReviewVersions: ["v1"],
      },
    ],
  });
  const path = "/api/v1/namespaces/postern-selftest/configmaps";
  const stop = async (): Promise<unknown> => {
    await bed.cluster.api.delete(`${collection}/busy`);
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  try {
    await eventually("the foreign webhook to deny self-tests", async () => {
      const call = { query: { dryRun: "All" }, token: bed.token };
      return (await bed.cluster.api.create(path, { metadata: { name: "postern" } }, call)).status === code
        ? true
        : undefined;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}
