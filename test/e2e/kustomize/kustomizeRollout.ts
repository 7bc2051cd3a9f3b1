import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, it } from "vitest";
import type { Cluster } from "../../cluster/Cluster.ts";
import type { ApiAnswer } from "../../cluster/ClusterApi.ts";

const KUBERNETES = fileURLToPath(new URL("../../../infra/kubernetes", import.meta.url));
const ROLLOUT = "system:serviceaccount:postern-system:postern-rollout";
const DEPLOYMENT = "/apis/apps/v1/namespaces/postern-system/deployments/postern-rollout";

/** Registers tests of the controller's component. Call it in a `describe`. */
export function kustomizeRollout(clusterOf: () => Cluster): void {
  let cluster: Cluster;
  let folder: string;

  beforeAll(async () => {
    cluster = clusterOf();
    folder = join(cluster.place.folder, "with-rollout");
    const at = (name: string): string => relative(folder, join(KUBERNETES, name));
    await mkdir(folder);
    const file = { resources: [at("base")], components: [at("components/rollout")] };
    await writeFile(join(folder, "kustomization.yaml"), JSON.stringify(file));
    const { code, stderr } = await cluster.kubectl(["apply", "-k", folder]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("applies with the base a second time without a change", async () => {
    const { code, stdout, stderr } = await cluster.kubectl(["apply", "-k", folder]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.split("\n").filter((line) => line !== "" && !line.endsWith(" unchanged"))).toEqual([]);
  });

  it("has a Deployment whose Pods pass the Pod Security level of the namespace", async () => {
    const { metadata, spec } = (await cluster.api.get(DEPLOYMENT)).body.spec.template;
    const pod = { metadata: { ...metadata, name: "as-a-pod" }, spec };
    const { status, warnings } = await cluster.api.create("/api/v1/namespaces/postern-system/pods", pod, {
      query: { dryRun: "All" },
    });
    expect({ status, warnings }).toEqual({ status: 201, warnings: [] });
  });

  it.each(requests)("$verb the controller's ServiceAccount to $what", async ({ send, verb }) => {
    const { status } = await send(cluster);
    expect(status === 403 ? "forbids" : "allows").toBe(verb);
  });
}

const AS = { as: ROLLOUT };
const DRY = { query: { dryRun: "All" }, as: ROLLOUT };
const CERTIFICATES = "/apis/cert-manager.io/v1/namespaces/default/certificates";
const lease = { metadata: { name: "postern-rollout" }, spec: { holderIdentity: "x" } };
const leases = (namespace: string): string => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
/**
 * Requests of the controller's ServiceAccount. The status 404 means that RBAC allowed the request for a missing object.
 */
const requests: readonly {
  what: string;
  send: (cluster: Cluster) => Promise<ApiAnswer>;
  verb: "allows" | "forbids";
}[] = [
  {
    what: "list Certificates in all namespaces",
    send: ({ api }) => api.get("/apis/cert-manager.io/v1/certificates", AS),
    verb: "allows",
  },
  {
    what: "patch a Certificate's status",
    send: ({ api }) => api.merge(`${CERTIFICATES}/x/status`, {}, AS),
    verb: "allows",
  },
  { what: "delete a Certificate", send: ({ api }) => api.delete(`${CERTIFICATES}/x`, AS), verb: "forbids" },
  {
    what: "create a Certificate",
    send: ({ api }) => api.create(CERTIFICATES, { metadata: { name: "x" } }, AS),
    verb: "forbids",
  },
  {
    what: "list CertificateRequests",
    send: ({ api }) => api.get("/apis/cert-manager.io/v1/namespaces/default/certificaterequests", AS),
    verb: "allows",
  },
  {
    what: "read Secrets",
    send: ({ api }) => api.get("/api/v1/namespaces/postern-system/secrets", AS),
    verb: "forbids",
  },
  {
    what: "patch a Deployment",
    send: ({ api }) => api.merge("/apis/apps/v1/namespaces/default/deployments/x", {}, AS),
    verb: "allows",
  },
  {
    what: "delete a Deployment",
    send: ({ api }) => api.delete("/apis/apps/v1/namespaces/default/deployments/x", AS),
    verb: "forbids",
  },
  { what: "list Pods", send: ({ api }) => api.get("/api/v1/namespaces/default/pods", AS), verb: "allows" },
  { what: "delete a Pod", send: ({ api }) => api.delete("/api/v1/namespaces/default/pods/x", AS), verb: "allows" },
  {
    what: "create a Pod",
    send: ({ api }) => api.create("/api/v1/namespaces/default/pods", { metadata: { name: "x" } }, DRY),
    verb: "forbids",
  },
  {
    what: "create a TokenReview",
    send: ({ api }) => api.create("/apis/authentication.k8s.io/v1/tokenreviews", { spec: { token: "x" } }, AS),
    verb: "allows",
  },
  { what: "create its Lease", send: ({ api }) => api.create(leases("postern-system"), lease, DRY), verb: "allows" },
  {
    what: "create a Lease in another namespace",
    send: ({ api }) => api.create(leases("default"), lease, DRY),
    verb: "forbids",
  },
  {
    what: "patch registrations",
    send: ({ api }) =>
      api.merge("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/postern", {}, AS),
    verb: "forbids",
  },
];
