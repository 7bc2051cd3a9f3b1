import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FleetKubeconfig } from "../../cli/fleet/FleetKubeconfig.ts";
import { PosternProcess } from "../../cli/PosternProcess.ts";
import type { Cluster } from "../../cluster/Cluster.ts";
import { startCluster } from "../../cluster/startCluster.ts";
import type { GateServer } from "../edges/GateServer.ts";
import { startNodeGate } from "../edges/startNodeGate.ts";
import { StartedResources } from "../run/StartedResources.ts";

/** How a context ends. */
export type ContextKind = "real" | "closed port" | "black hole" | "bad credentials";

/** What a command printed, its exit code, and how long it took. */
export interface FleetRun {
  readonly command: string;
  readonly code: number | string;
  readonly out: string;
  readonly err: string;
  readonly seconds: number;
}

const GATE = new URL("../gates/fleet.ts", import.meta.url).pathname;

/**
 * One real API server, a gate, and a kubeconfig with many contexts: of ten, seven lead to the API server, one to a closed port,
 * one to a server that accepts connections and never answers, and one has a token that the API server does not know.
 */
export class FleetBed {
  readonly cluster: Cluster;
  readonly folder: string;
  /** Kinds of contexts by name. */
  readonly contexts: ReadonlyMap<string, ContextKind>;
  readonly #server: GateServer;
  readonly #started: StartedResources;

  private constructor(
    cluster: Cluster,
    server: GateServer,
    parts: Pick<FleetBed, "folder" | "contexts">,
    started: StartedResources,
  ) {
    this.cluster = cluster;
    this.#server = server;
    this.folder = parts.folder;
    this.contexts = parts.contexts;
    this.#started = started;
  }

  static async start(count: number): Promise<FleetBed> {
    const started = new StartedResources();
    try {
      const folder = await started.add(mkdtemp(join(tmpdir(), "postern-fleet-")), (it) =>
        rm(it, { recursive: true, force: true }),
      );
      const cluster = await started.add(startCluster({ progress: () => undefined }), (it) => it.stop());
      const server = await started.add(startNodeGate(GATE), (it) => it.stop());
      const kubeconfig = new FleetKubeconfig();
      await started.add(Promise.resolve(kubeconfig), (it) => it.stop());
      const contexts = new Map<string, ContextKind>();
      for (let number = 1; number <= count; number += 1) {
        const name = `prod-${number}`;
        const kind = kindOf(number);
        contexts.set(name, kind);
        await addContext(kubeconfig, `admin@${name}`, kind, cluster);
      }
      await writeFile(join(folder, "kubeconfig"), kubeconfig.text);
      await writeFile(join(folder, "ca.pem"), server.ca);
      return new FleetBed(cluster, server, { folder, contexts }, started);
    } catch (error) {
      await started.stop();
      throw error;
    }
  }

  /** The names of the contexts of a kind. */
  of(kind: ContextKind): readonly string[] {
    return [...this.contexts].filter(([, it]) => it === kind).map(([name]) => name);
  }

  /** Runs `postern` as a process in the folder of this bed, for the contexts of this bed. */
  async run(...args: readonly string[]): Promise<FleetRun> {
    const startedAt = performance.now();
    const postern = new PosternProcess([...args, "--only", ...this.#only()], this.folder);
    await postern.ended;
    const code = await postern.exit();
    const seconds = (performance.now() - startedAt) / 1_000;
    return { command: `postern ${args.join(" ")}`, code, out: postern.out, err: postern.err, seconds };
  }

  /** `postern render --all --out registrations`. */
  render(...args: readonly string[]): Promise<FleetRun> {
    return this.run("render", ...this.#gate(), "--out", "registrations", ...args);
  }

  /** `postern render --all --diff`. */
  diff(...args: readonly string[]): Promise<FleetRun> {
    return this.run("render", ...this.#gate(), "--diff", ...KUBE, ...args);
  }

  /** `postern doctor --all`. */
  doctor(...args: readonly string[]): Promise<FleetRun> {
    return this.run("doctor", "--all", "--gate", GATE, ...KUBE, ...args);
  }

  stop(): Promise<void> {
    return this.#started.stop();
  }

  #gate(): string[] {
    return ["--all", "--gate", GATE, "--url", this.#server.url, "--ca", "ca.pem"];
  }

  /** The gate has 40 clusters; a bed may have fewer. */
  #only(): string[] {
    return [...this.contexts.keys()].flatMap((name, index) => (index === 0 ? [name] : ["--only", name]));
  }
}

const KUBE = ["--kubeconfig", "kubeconfig", "--contexts", "admin@{cluster}"];

function kindOf(number: number): ContextKind {
  const last = number % 10;
  if (last === 8) return "closed port";
  if (last === 9) return "black hole";
  return last === 0 ? "bad credentials" : "real";
}

async function addContext(
  kubeconfig: FleetKubeconfig,
  name: string,
  kind: ContextKind,
  { place }: Cluster,
): Promise<void> {
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const real = { server: place.server, "certificate-authority-data": base64(place.ca) };
  if (kind === "closed port") kubeconfig.addClosed(name);
  else if (kind === "black hole") await kubeconfig.addBlackHole(name);
  else if (kind === "bad credentials") kubeconfig.add(name, real, { token: BAD_TOKEN });
  else
    kubeconfig.add(name, real, {
      "client-certificate-data": base64(place.cert),
      "client-key-data": base64(place.key),
    });
}

/** A token that no API server knows. It must not be printed. */
export const BAD_TOKEN = "bad-token-0123456789-of-the-fleet";
