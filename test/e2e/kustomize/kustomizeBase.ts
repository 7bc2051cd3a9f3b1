import { fileURLToPath } from "node:url";
import { beforeAll, expect, it } from "vitest";
import type { Cluster } from "../../cluster/Cluster.ts";
import type { ApiAnswer } from "../../cluster/ClusterApi.ts";

const BASE = fileURLToPath(new URL("../../../infra/kubernetes/base", import.meta.url));
const SYNC = "system:serviceaccount:postern-system:postern-sync";

/** Registers tests of the shipped base without components. Call it in a `describe`. */
export function kustomizeBase(clusterOf: () => Cluster): void {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = clusterOf();
    const { code, stderr } = await cluster.kubectl(["apply", "-k", BASE]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("applies with kubectl apply -k a second time without a change", async () => {
    const { code, stdout, stderr } = await cluster.kubectl(["apply", "-k", BASE]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.split("\n").filter((line) => line !== "" && !line.endsWith(" unchanged"))).toEqual([]);
  });

  it("applies with kubectl apply --server-side -k", async () => {
    const args = ["apply", "--server-side", "--force-conflicts", "--dry-run=server", "-k", BASE];
    const { code, stdout } = await cluster.kubectl(args);
    expect(code).toBe(0);
    expect(stdout).toContain("cronjob.batch/postern-sync serverside-applied (server dry run)");
  });

  it("has a CronJob whose Pods pass the Pod Security level of the namespace", async () => {
    const { body } = await cluster.api.get("/apis/batch/v1/namespaces/postern-system/cronjobs/postern-sync");
    const { metadata, spec } = body.spec.jobTemplate.spec.template;
    const pod = { metadata: { ...metadata, name: "as-a-pod" }, spec };
    const { status } = await cluster.api.create("/api/v1/namespaces/postern-system/pods", pod, {
      query: { dryRun: "All" },
    });
    expect(status).toBe(201);
    expect(body.spec.suspend).toBe(true);
  });

  it.each(requests)("$verb the sync's ServiceAccount to $what", async ({ send, verb }) => {
    const { status } = await send(cluster);
    expect(status === 403 ? "forbids" : "allows").toBe(verb);
  });
}

const REGISTRATIONS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
const DRY = { query: { dryRun: "All" } };
const configMap = { metadata: { name: "x" } };
const time = "2026-01-01T00:00:00.000000Z";
const lease = {
  metadata: { name: "postern-sync" },
  spec: { holderIdentity: "x", leaseDurationSeconds: 60, acquireTime: time, renewTime: time, leaseTransitions: 0 },
};
/** Requests of the sync's ServiceAccount. The status 404 means that RBAC allowed the request for a missing object. */
const requests: readonly {
  what: string;
  send: (cluster: Cluster) => Promise<ApiAnswer>;
  verb: "allows" | "forbids";
}[] = [
  { what: "list registrations", send: ({ api }) => api.get(REGISTRATIONS, { as: SYNC }), verb: "allows" },
  {
    what: "patch the gate's registration",
    send: ({ api }) => api.merge(`${REGISTRATIONS}/postern`, {}, { as: SYNC }),
    verb: "allows",
  },
  {
    what: "patch another registration",
    send: ({ api }) => api.merge(`${REGISTRATIONS}/x`, {}, { as: SYNC }),
    verb: "forbids",
  },
  { what: "delete a registration", send: ({ api }) => api.delete(`${REGISTRATIONS}/x`, { as: SYNC }), verb: "forbids" },
  {
    what: "create a registration",
    send: ({ api }) => api.create(REGISTRATIONS, { metadata: { name: "x" } }, { as: SYNC }),
    verb: "forbids",
  },
  {
    what: "patch a CustomResourceDefinition that no overlay names",
    send: ({ api }) => api.merge("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/x", {}, { as: SYNC }),
    verb: "forbids",
  },
  {
    what: "create a self-test by dry run",
    send: ({ api }) => api.create("/api/v1/namespaces/postern-selftest/configmaps", configMap, { ...DRY, as: SYNC }),
    verb: "allows",
  },
  {
    what: "create a ConfigMap in another namespace",
    send: ({ api }) => api.create("/api/v1/namespaces/default/configmaps", configMap, { ...DRY, as: SYNC }),
    verb: "forbids",
  },
  {
    what: "create its Lease",
    send: ({ api }) =>
      api.create("/apis/coordination.k8s.io/v1/namespaces/postern-system/leases", lease, { ...DRY, as: SYNC }),
    verb: "allows",
  },
  {
    what: "read the addresses of the API servers",
    send: ({ api }) => api.get("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes", { as: SYNC }),
    verb: "allows",
  },
  {
    what: "read Secrets",
    send: ({ api }) => api.get("/api/v1/namespaces/postern-system/secrets", { as: SYNC }),
    verb: "forbids",
  },
  { what: "read Pods", send: ({ api }) => api.get("/api/v1/namespaces/default/pods", { as: SYNC }), verb: "forbids" },
];
