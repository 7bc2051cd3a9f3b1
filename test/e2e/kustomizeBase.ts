import { fileURLToPath } from "node:url";
import { beforeAll, expect, it } from "vitest";
import type { Cluster } from "../cluster/Cluster.ts";
import type { ApiAnswer } from "../cluster/ClusterApi.ts";

const BASE = fileURLToPath(new URL("../../infra/kubernetes/base", import.meta.url));
const SYNC = "system:serviceaccount:postern-system:postern-sync";

/** What is shipped without any component. For a `describe`. */
export function kustomizeBase(clusterOf: () => Cluster): void {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = clusterOf();
    const { code, stderr } = await cluster.kubectl(["apply", "-k", BASE]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("kubectl apply -k takes the base, again without a change", async () => {
    const { code, stdout, stderr } = await cluster.kubectl(["apply", "-k", BASE]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.split("\n").filter((line) => line !== "" && !line.endsWith(" unchanged"))).toEqual([]);
  });

  it("kubectl apply --server-side -k takes it too", async () => {
    const args = ["apply", "--server-side", "--force-conflicts", "--dry-run=server", "-k", BASE];
    const { code, stdout } = await cluster.kubectl(args);
    expect(code).toBe(0);
    expect(stdout).toContain("cronjob.batch/postern-sync serverside-applied (server dry run)");
  });

  it("the CronJob's Pods pass the namespace's own Pod Security level", async () => {
    const { body } = await cluster.api.get("/apis/batch/v1/namespaces/postern-system/cronjobs/postern-sync");
    const { metadata, spec } = body.spec.jobTemplate.spec.template;
    const pod = { metadata: { ...metadata, name: "as-a-pod" }, spec };
    const { status } = await cluster.api.create("/api/v1/namespaces/postern-system/pods", pod, {
      query: { dryRun: "All" },
    });
    expect(status).toBe(201);
    expect(body.spec.suspend).toBe(true);
  });

  it.each(asks)("the sync's ServiceAccount, asked to $what: $allowed", async ({ ask, allowed }) => {
    const { status } = await ask(cluster);
    expect(status === 403 ? "refused" : "let through").toBe(allowed ? "let through" : "refused");
  });
}

const REGISTRATIONS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
const DRY = { query: { dryRun: "All" } };
const configMap = { metadata: { name: "x" } };
const lease = { metadata: { name: "postern-sync" }, spec: { holderIdentity: "x" } };
/** What the sync asks for as its ServiceAccount; 404 means that it was let through to something that is not there. */
const asks: readonly { what: string; ask: (cluster: Cluster) => Promise<ApiAnswer>; allowed: boolean }[] = [
  { what: "list registrations", ask: ({ api }) => api.get(REGISTRATIONS, { as: SYNC }), allowed: true },
  {
    what: "patch the gate's registration",
    ask: ({ api }) => api.merge(`${REGISTRATIONS}/postern`, {}, { as: SYNC }),
    allowed: true,
  },
  {
    what: "patch another registration",
    ask: ({ api }) => api.merge(`${REGISTRATIONS}/x`, {}, { as: SYNC }),
    allowed: false,
  },
  { what: "delete a registration", ask: ({ api }) => api.delete(`${REGISTRATIONS}/x`, { as: SYNC }), allowed: false },
  {
    what: "create a registration",
    ask: ({ api }) => api.create(REGISTRATIONS, { metadata: { name: "x" } }, { as: SYNC }),
    allowed: false,
  },
  {
    what: "patch a CustomResourceDefinition that no overlay names",
    ask: ({ api }) => api.merge("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/x", {}, { as: SYNC }),
    allowed: false,
  },
  {
    what: "create a self-test by dry run",
    ask: ({ api }) => api.create("/api/v1/namespaces/postern-selftest/configmaps", configMap, { ...DRY, as: SYNC }),
    allowed: true,
  },
  {
    what: "create a ConfigMap elsewhere",
    ask: ({ api }) => api.create("/api/v1/namespaces/default/configmaps", configMap, { ...DRY, as: SYNC }),
    allowed: false,
  },
  {
    what: "take its Lease",
    ask: ({ api }) =>
      api.create("/apis/coordination.k8s.io/v1/namespaces/postern-system/leases", lease, { ...DRY, as: SYNC }),
    allowed: true,
  },
  {
    what: "read the API servers' addresses",
    ask: ({ api }) => api.get("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes", { as: SYNC }),
    allowed: true,
  },
  {
    what: "read Secrets",
    ask: ({ api }) => api.get("/api/v1/namespaces/postern-system/secrets", { as: SYNC }),
    allowed: false,
  },
  { what: "read Pods", ask: ({ api }) => api.get("/api/v1/namespaces/default/pods", { as: SYNC }), allowed: false },
];
