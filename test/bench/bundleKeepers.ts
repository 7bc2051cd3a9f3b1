import { type ChildProcess, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PebbleCa } from "../acme/PebbleCa.ts";
import { CANARY, MUTATING, type SyncBed, VALIDATING } from "../e2e/SyncBed.ts";

/** Who keeps `caBundle` in step while a CA changes. */
export interface BundleKeeper {
  readonly name: string;
  /** Between two looks at the endpoint, in milliseconds; 0 for who does not look again and again. */
  readonly interval: number;
  /** Before the change. */
  begin(bed: SyncBed<PebbleCa>): Promise<void>;
  /** After the change, for a while; then the measurement is over. */
  end(bed: SyncBed<PebbleCa>): Promise<void>;
}

const OVERWRITER = fileURLToPath(new URL("overwriteBundle.ts", import.meta.url));

/** Nobody does. */
export const nobody: BundleKeeper = {
  name: "nobody",
  interval: 0,
  begin: async () => undefined,
  end: async () => undefined,
};

/** A process that overwrites it with the root of what the endpoint serves, and looks every `interval` milliseconds. */
export function overwriter(interval: number): BundleKeeper {
  let process: ChildProcess | undefined;
  return {
    name: `a sync that overwrites, every ${interval / 1000} s`,
    interval,
    async begin(bed) {
      const { cluster, cas, edge } = bed;
      const files = { "old.pem": cas.old.root, "next.pem": cas.next.root };
      const paths = Object.keys(files).map((name) => join(cluster.place.folder, name));
      for (const [index, root] of Object.values(files).entries()) await writeFile(paths[index] ?? "", root);
      const options = ["--kubeconfig", cluster.kubeconfig, "--url", edge.url, "--interval", String(interval)];
      process = await started([...options, ...paths, VALIDATING, MUTATING, CANARY]);
    },
    async end() {
      if (process === undefined) return;
      const failed = process.exitCode !== null;
      process.kill("SIGKILL");
      if (failed) throw new Error("the sync that overwrites ended by itself");
    },
  };
}

/** `postern sync`, run as its manual says: the new root before the change, and the old one out of it after. */
export const posternSync: BundleKeeper = {
  name: "postern sync",
  interval: 0,
  async begin(bed) {
    await inStep(bed, await bed.config({ roots: [bed.cas.old, bed.cas.next] }));
  },
  async end(bed) {
    const config = await bed.config({ roots: [bed.cas.next], soak: "1s" });
    await inStep(bed, config);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await inStep(bed, config);
  },
};

async function inStep(bed: SyncBed<PebbleCa>, config: string): Promise<void> {
  const { code, stdout, stderr } = await bed.run(config);
  if (code !== 0) throw new Error(`postern sync ended with ${code}: ${stdout}${stderr}`);
}

/** Resolves when it is about to look for the first time. */
function started(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [OVERWRITER, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the sync that overwrites ended with ${code}`)));
    child.once("error", reject);
    child.stdout.once("data", () => resolve(child));
  });
}
