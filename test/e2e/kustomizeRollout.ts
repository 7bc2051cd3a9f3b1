import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, it } from "vitest";
import type { Cluster } from "../cluster/Cluster.ts";
import type { ApiAnswer } from "../cluster/ClusterApi.ts";

const KUBERNETES = fileURLToPath(new URL("../../infra/kubernetes", import.meta.url));
const ROLLOUT = "system:serviceaccount:postern-system:postern-rollout";
const DEPLOYMENT = "/apis/apps/v1/namespaces/postern-system/deployments/postern-rollout";

/** The controller's component. For a `describe`. */
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

  it("kubectl apply -k takes the base with the controller, again without a change", async () => {
    const { code, stdout, stderr } = await cluster.kubectl(["apply", "-k", folder]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.split("\n").filter((line) => line !== "" && !line.endsWith(" unchanged"))).toEqual([]);
  });

  it("its Pods pass the namespace's own Pod Security level", async () => {
    const { metadata, spec } = (await cluster.api.get(DEPLOYMENT)).body.spec.template;
    const pod = { metadata: { ...metadata, name: "as-a-pod" }, spec };
    const { status, warnings } = await cluster.api.create("/api/v1/namespaces/postern-system/pods", pod, {
      query: { dryRun: "All" },
    });
    expect({ status, warnings }).toEqual({ status: 201, warnings: [] });
  });

  it.each(asks)("the controller's ServiceAccount, asked to $what: $allowed", async ({ ask, allowed }) => {
    const { status } = await ask(cluster);
    expect(status === 403 ? "refused" : "let through").toBe(allowed ? "let through" : "refused");
  });
}

const AS = { as: ROLLOUT };
const DRY = { query: { dryRun: "All" }, as: ROLLOUT };
const CERTIFICATES = "/apis/cert-manager.io/v1/namespaces/default/certificates";
const lease = { metadata: { name: "postern-rollout" }, spec: { holderIdentity: "x" } };
const leases = (namespace: string): string => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
/** What the controller asks for; 404 means that it was let through to something that is not there. */
const asks: readonly { what: string; ask: (cluster: Cluster) => Promise<ApiAnswer>; allowed: boolean }[] = [
  {
    what: "list Certificates everywhere",
    ask: ({ api }) => api.get("/apis/cert-manager.io/v1/certificates", AS),
    allowed: true,
  },
  {
    what: "patch a Certificate's status",
    ask: ({ api }) => api.merge(`${CERTIFICATES}/x/status`, {}, AS),
    allowed: true,
  },
  { what: "delete a Certificate", ask: ({ api }) => api.delete(`${CERTIFICATES}/x`, AS), allowed: false },
  {
    what: "create a Certificate",
    ask: ({ api }) => api.create(CERTIFICATES, { metadata: { name: "x" } }, AS),
    allowed: false,
  },
  {
    what: "list CertificateRequests",
    ask: ({ api }) => api.get("/apis/cert-manager.io/v1/namespaces/default/certificaterequests", AS),
    allowed: true,
  },
  { what: "read Secrets", ask: ({ api }) => api.get("/api/v1/namespaces/postern-system/secrets", AS), allowed: false },
  {
    what: "patch a Deployment",
    ask: ({ api }) => api.merge("/apis/apps/v1/namespaces/default/deployments/x", {}, AS),
    allowed: true,
  },
  {
    what: "delete a Deployment",
    ask: ({ api }) => api.delete("/apis/apps/v1/namespaces/default/deployments/x", AS),
    allowed: false,
  },
  { what: "list Pods", ask: ({ api }) => api.get("/api/v1/namespaces/default/pods", AS), allowed: true },
  { what: "delete a Pod", ask: ({ api }) => api.delete("/api/v1/namespaces/default/pods/x", AS), allowed: true },
  {
    what: "create a Pod",
    ask: ({ api }) => api.create("/api/v1/namespaces/default/pods", { metadata: { name: "x" } }, DRY),
    allowed: false,
  },
  {
    what: "ask who somebody is",
    ask: ({ api }) => api.create("/apis/authentication.k8s.io/v1/tokenreviews", { spec: { token: "x" } }, AS),
    allowed: true,
  },
  { what: "take its Lease", ask: ({ api }) => api.create(leases("postern-system"), lease, DRY), allowed: true },
  { what: "take a Lease elsewhere", ask: ({ api }) => api.create(leases("default"), lease, DRY), allowed: false },
  {
    what: "patch registrations",
    ask: ({ api }) =>
      api.merge("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/postern", {}, AS),
    allowed: false,
  },
];
