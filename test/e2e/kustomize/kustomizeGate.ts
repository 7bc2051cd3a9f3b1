import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, it } from "vitest";
import type { Cluster } from "../../cluster/Cluster.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { readmeOverlay } from "./readmeOverlay.ts";

const KUBERNETES = fileURLToPath(new URL("../../../infra/kubernetes", import.meta.url));
const CRON_JOB = "/apis/batch/v1/namespaces/postern-system/cronjobs/postern-sync";
const SYNC = "/apis/apps/v1/namespaces/postern-system/deployments/postern-sync";
const GATE = "/apis/apps/v1/namespaces/postern-system/deployments/postern-gate";

/**
 * Registers tests of the gate's component with each component that issues its certificates. Call it in a `describe`.
 */
export function kustomizeGate(clusterOf: () => Cluster): void {
  let cluster: Cluster;

  beforeAll(() => {
    cluster = clusterOf();
  });

  async function overlay(name: string, files: Readonly<Record<string, string>>): Promise<string> {
    const folder = join(cluster.place.folder, name);
    await mkdir(folder);
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
    return folder;
  }

  const at = (name: string): string => relative(join(cluster.place.folder, "x"), join(KUBERNETES, name));

  async function applied(folder: string): Promise<string[]> {
    const { code, stdout, stderr } = await cluster.kubectl(["apply", "-k", folder]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout.split("\n").filter((line) => line !== "");
  }

  it.each([
    { components: ["issuer-ca"] },
    { components: ["issuer-acme-http01"] },
    { components: ["issuer-acme-dns01"] },
    { components: ["watch", "issuer-ca"] },
  ])(
    "applies with $components twice without a change, and its Pods pass the Pod Security level",
    async ({ components }) => {
      const folder = await overlay(components.join("-and-"), {
        "kustomization.yaml": JSON.stringify({
          resources: [at("base")],
          components: ["gate", ...components].map((name) => at(`components/${name}`)),
        }),
      });
      await applied(folder);
      // The selector of a PodDisruptionBudget has the patchStrategy replace, so kubectl always sends it.
      const same = / unchanged$|^poddisruptionbudget\.policy\/postern-gate configured$/;
      expect((await applied(folder)).filter((line) => !same.test(line))).toEqual([]);
      const { metadata, spec } = (await cluster.api.get(GATE)).body.spec.template;
      const pod = { metadata: { ...metadata, name: "as-a-pod" }, spec };
      const { status, warnings } = await cluster.api.create("/api/v1/namespaces/postern-system/pods", pod, {
        query: { dryRun: "All" },
      });
      expect({ status, warnings }).toEqual({ status: 201, warnings: [] });
    },
  );

  it.each([
    { path: CRON_JOB, components: ["gate", "issuer-ca"] },
    { path: SYNC, components: ["watch", "gate", "issuer-ca"] },
  ])(
    "mounts the certificate of the CA into the sync without its key, with $components",
    async ({ path, components }) => {
      const folder = await overlay(`ca-${components.length}`, {
        "kustomization.yaml": JSON.stringify({
          resources: [at("base")],
          components: components.map((name) => at(`components/${name}`)),
        }),
      });
      await applied(folder);
      const { spec } = (await cluster.api.get(path)).body;
      const pod = (spec.jobTemplate?.spec ?? spec).template.spec;
      const secrets = pod.volumes.flatMap(({ secret }: KubeObject) => secret ?? []);
      expect(secrets).toEqual([
        expect.objectContaining({ secretName: "postern-gate-ca", items: [{ key: "tls.crt", path: "ca.pem" }] }),
      ]);
      expect(pod.containers[0].volumeMounts).toContainEqual(expect.objectContaining({ mountPath: "/etc/postern-ca" }));
    },
  );

  it("applies in the overlay of the README's config, which uses one address everywhere", async () => {
    // The address of an existing Service cannot change.
    await cluster.api.delete("/api/v1/namespaces/postern-system/services/postern-gate");
    const folder = await readmeOverlay(cluster.place.folder);
    await applied(folder);
    const { body } = await cluster.api.get("/apis/cert-manager.io/v1/namespaces/postern-system/certificates");
    const named = body.items.filter(({ metadata }: KubeObject) => metadata.name.startsWith("tls-"));
    const gate = (await cluster.api.get(GATE)).body.spec.template.spec.containers[0];
    const service = (await cluster.api.get("/api/v1/namespaces/postern-system/services/postern-gate")).body;
    const settings = (await cluster.api.get("/api/v1/namespaces/postern-system/configmaps/postern-sync")).body;
    const address = service.spec.clusterIP;
    expect({
      certificates: named.map(({ spec }: KubeObject) => spec.ipAddresses),
      checked: gate.env.find(({ name }: KubeObject) => name === "POSTERN_TLS_HOSTS").value,
      hosts: settings.data.hosts,
      image: gate.image,
      suspend: (await cluster.api.get(CRON_JOB)).body.spec.suspend ?? false,
    }).toEqual({
      certificates: [[address], [address]],
      checked: address,
      hosts: `${address}\n`,
      image: "registry.example.com/postern-gate:0.1.0",
      suspend: false,
    });
  });
}
