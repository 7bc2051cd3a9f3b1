import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { helmBinary } from "../../cluster/build/helmBinary.ts";
import type { Cluster } from "../../cluster/Cluster.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { applyCertManagerDefinitions } from "../../cluster/certmanager/applyCertManagerDefinitions.ts";
import { certManagerBinary } from "../../cluster/certmanager/certManagerBinary.ts";
import { startCluster } from "../../cluster/startCluster.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import { installConfigs } from "./installConfigs.ts";
import { outputOf, writeInstallConfig } from "./installed.ts";

const NAMES = Object.keys(installConfigs(""));
const APPLY = ["apply", "--server-side", "-f", "-"];

const PART_OF = "app.kubernetes.io/part-of=postern";
const KINDS = "clusterroles,validatingadmissionpolicies";
const CHART = fileURLToPath(new URL("../../../infra/helm", import.meta.url));
const run = promisify(execFile);

let helm: string;
let cluster: Cluster;
let certificate: string;
beforeAll(async () => {
  cluster = await startCluster();
  await applyCertManagerDefinitions(cluster, await certManagerBinary(() => undefined));
  helm = await helmBinary(() => undefined);
  certificate = (await TestCa.create("clients")).cert;
  for (const name of ["shop", "gates"]) await cluster.api.create("/api/v1/namespaces", { metadata: { name } });
  // In a cluster that has nothing of it.
  const { code, stdout, stderr } = await cluster.kubectl(APPLY, await printed("the sync alone"));
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain(
    "validatingadmissionpolicy.admissionregistration.k8s.io/postern-sync-registrations serverside-applied",
  );
});
afterAll(() => cluster?.stop());

async function printed(name: string): Promise<string> {
  const file = await writeInstallConfig(cluster, installConfigs(certificate)[name]);
  const text = await outputOf("install", "--config", file);
  // The Services of this cluster have other addresses, and none of IPv6.
  return text.replaceAll("10.96.0.80", "127.96.0.99").replace(/ *clusterIP: "?fd00:.*\n/, "");
}

it("the real helm installs the chart, changes nothing when it does so again, and uninstalls it", async () => {
  const other = await startCluster();
  try {
    const file = await writeInstallConfig(other, installConfigs(certificate)["the sync alone"]);
    const upgrade = ["upgrade", "--install", "postern", CHART, "--namespace", "default", "--values", file];
    const release = { cwd: other.place.folder, env: { ...process.env, KUBECONFIG: other.kubeconfig } };
    expect((await run(helm, upgrade, release)).stdout).toContain("STATUS: deployed");
    const versions = async (): Promise<string> => {
      const columns = "custom-columns=:metadata.name,:metadata.resourceVersion";
      return (await other.kubectl(["get", `${KINDS},cronjobs`, "-A", "-l", PART_OF, "-o", columns])).stdout;
    };
    const first = await versions();
    expect(first).toContain("postern-sync-registrations");
    expect((await run(helm, upgrade, release)).stdout).toContain("STATUS: deployed");
    expect(await versions()).toBe(first);
    await run(helm, ["uninstall", "postern", "--namespace", "default"], release);
    const left = await other.kubectl(["get", KINDS, "-l", PART_OF, "-o", "name"]);
    expect(left.stdout).toBe("");
  } finally {
    await other.stop();
  }
});

it.each(NAMES)("the API server takes %s, without a warning", async (name) => {
  const { code, stderr } = await cluster.kubectl([...APPLY, "--dry-run=server"], await printed(name));
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

it.each(["everything with a Deployment", "all tiers and the CAs of clients", "the token of a provider"])(
  "the Pods of %s pass the Pod Security level restricted",
  async (name) => {
    const file = await writeInstallConfig(cluster, installConfigs(certificate)[name]);
    const { items } = JSON.parse(await outputOf("install", "--output", "json", "--config", file));
    const templates = items.flatMap(({ spec }: KubeObject) => spec?.jobTemplate?.spec.template ?? spec?.template ?? []);
    expect(templates.length).toBeGreaterThan(0);
    for (const { metadata, spec } of templates) {
      const account = { serviceAccountName: "default", priorityClassName: undefined };
      const pod = { metadata: { ...metadata, name: "as-a-pod" }, spec: { ...spec, ...account } };
      const { status, warnings, body } = await cluster.api.create("/api/v1/namespaces/postern-system/pods", pod, {
        query: { dryRun: "All" },
      });
      expect({ status, warnings, message: body.message }).toEqual({ status: 201, warnings: [], message: undefined });
    }
  },
);
