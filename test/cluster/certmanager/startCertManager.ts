import { join } from "node:path";
import { patience } from "../../run/speedFactor.ts";
import type { ChildService } from "../ChildService.ts";
import type { Cluster } from "../Cluster.ts";
import { freePorts } from "../ports/freePorts.ts";
import { applyCertManagerDefinitions } from "./applyCertManagerDefinitions.ts";
import { certManagerBinary } from "./certManagerBinary.ts";

/** On the reference machine. */
const READY_PATIENCE_MS = 60_000;

/**
 * Runs cert-manager's controller with a cluster and resolves when it works. It stops with the cluster. The webhook does
 * not run, so defaults are not set and manifests are not validated. Therefore certificates may have a lifetime of
 * seconds; the webhook requires at least one hour. The cainjector does not run either. `args` are additional flags.
 */
export async function startCertManager(cluster: Cluster, args: readonly string[] = []): Promise<ChildService> {
  const progress = (line: string): void => void process.stderr.write(`test cluster: ${line}\n`);
  const files = await certManagerBinary(progress);
  await applyCertManagerDefinitions(cluster, files);
  const [port = 0] = await freePorts(1);
  const service = await cluster.run({
    name: "cert-manager",
    file: files.binary,
    args: [
      `--kubeconfig=${join(cluster.place.folder, "components.kubeconfig")}`,
      "--leader-elect=false",
      `--metrics-listen-address=127.0.0.1:${port}`,
      ...args,
    ],
  });
  const isWorking = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(patience(1_000)) }).then(
      async (answer) => (await answer.text()) !== "" && answer.ok,
      () => false,
    );
  await service.waitUntil(isWorking, patience(READY_PATIENCE_MS));
  return service;
}
