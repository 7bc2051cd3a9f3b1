import { join } from "node:path";
import { patience } from "../run/speedFactor.ts";
import { applyCertManagerDefinitions } from "./applyCertManagerDefinitions.ts";
import type { ChildService } from "./ChildService.ts";
import type { Cluster } from "./Cluster.ts";
import { certManagerBinary } from "./certManagerBinary.ts";
import { freePorts } from "./freePorts.ts";

/** In milliseconds, on the reference machine. */
const READY_PATIENCE = 60_000;

/**
 * Runs cert-manager's controller beside a cluster, and resolves when it is at work. It is stopped with the cluster. Its
 * webhook is not run, which fills in no defaults and checks nothing: so certificates may live for seconds here, where it
 * asks for an hour at least, and a manifest that it would refuse is not noticed. Nor is its cainjector. `args` are more flags.
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
  const isAtWork = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(patience(1_000)) }).then(
      async (answer) => (await answer.text()) !== "" && answer.ok,
      () => false,
    );
  await service.waitUntil(isAtWork, patience(READY_PATIENCE));
  return service;
}
