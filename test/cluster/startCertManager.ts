import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ChildService } from "./ChildService.ts";
import type { Cluster } from "./Cluster.ts";
import { certManagerBinary } from "./certManagerBinary.ts";
import { freePorts } from "./freePorts.ts";

/** In milliseconds. */
const READY_PATIENCE = 60_000;

/**
 * Runs cert-manager's controller beside a cluster, and resolves when it is at work. It is stopped with the cluster. Its
 * webhook is not run, which fills in no defaults and checks nothing: so certificates may live for seconds here, where it
 * asks for an hour at least, and a manifest that it would refuse is not noticed. Nor is its cainjector.
 */
export async function startCertManager(cluster: Cluster): Promise<ChildService> {
  const progress = (line: string): void => void process.stderr.write(`test cluster: ${line}\n`);
  const { binary, definitions } = await certManagerBinary(progress);
  const applied = await cluster.kubectl(["apply", "--server-side", "-f", "-"], await readDefinitions(definitions));
  if (applied.code !== 0) throw new Error(applied.stderr);
  const names = ["certificates", "certificaterequests", "issuers", "clusterissuers"];
  const waited = await cluster.kubectl([
    "wait",
    "--for=condition=Established",
    "--timeout=30s",
    ...names.map((name) => `crd/${name}.cert-manager.io`),
  ]);
  if (waited.code !== 0) throw new Error(waited.stderr);
  const [port = 0] = await freePorts(1);
  const service = await cluster.run({
    name: "cert-manager",
    file: binary,
    args: [
      `--kubeconfig=${join(cluster.place.folder, "components.kubeconfig")}`,
      "--leader-elect=false",
      `--metrics-listen-address=127.0.0.1:${port}`,
    ],
  });
  const isAtWork = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(1_000) }).then(
      async (answer) => (await answer.text()) !== "" && answer.ok,
      () => false,
    );
  await service.waitUntil(isAtWork, READY_PATIENCE);
  return service;
}

/** The definitions in YAML, without the lines that Helm would fill in: labels. */
async function readDefinitions(folder: string): Promise<string> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".yaml")).sort();
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), "utf8")));
  return texts
    .join("\n---\n")
    .split("\n")
    .filter((line) => !line.includes("{{"))
    .join("\n");
}
