import { type ChildProcess, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PebbleCa } from "../../acme/PebbleCa.ts";
import { CANARY, MUTATING, type SyncBed, VALIDATING } from "../../e2e/sync/bed/SyncBed.ts";

/** A way to keep `caBundle` up to date while the CA changes. */
export interface BundleKeeper {
  readonly name: string;
  /** Interval between two checks of the endpoint. 0 for a keeper without regular checks. */
  readonly intervalMs: number;
  /** Called before the change. */
  begin(bed: SyncBed<PebbleCa>): Promise<void>;
  /** Called some time after the change, at the end of the measurement. */
  end(bed: SyncBed<PebbleCa>): Promise<void>;
}

const OVERWRITER = fileURLToPath(new URL("overwriteBundle.ts", import.meta.url));

/** Does not update `caBundle`. */
export const noKeeper: BundleKeeper = {
  name: "nothing",
  intervalMs: 0,
  begin: async () => undefined,
  end: async () => undefined,
};

/** A process that checks the endpoint regularly and overwrites `caBundle` with the root of its CA. */
export function overwriter(intervalMs: number): BundleKeeper {
  let process: ChildProcess | undefined;
  return {
    name: `a sync that overwrites, every ${intervalMs / 1000} s`,
    intervalMs,
    async begin(bed) {
      const { cluster, cas, edge } = bed;
      const files = { "old.pem": cas.old.root, "next.pem": cas.next.root };
      const paths = Object.keys(files).map((name) => join(cluster.place.folder, name));
      for (const [index, root] of Object.values(files).entries()) await writeFile(paths[index] ?? "", root);
      const options = ["--kubeconfig", cluster.kubeconfig, "--url", edge.url, "--interval", String(intervalMs)];
      process = await started([...options, ...paths, VALIDATING, MUTATING, CANARY]);
    },
    async end() {
      if (process === undefined) return;
      const failed = process.exitCode !== null;
      process.kill("SIGKILL");
      if (failed) throw new Error("the sync that overwrites ended too early");
    },
  };
}

/**
 * `postern sync` with its documented procedure: adds the new root before the change, and removes the old root after it.
 */
export const posternSync: BundleKeeper = {
  name: "postern sync",
  intervalMs: 0,
  async begin(bed) {
    await runSync(bed, await bed.writeConfig({ roots: [bed.cas.old, bed.cas.next] }));
  },
  async end(bed) {
    const config = await bed.writeConfig({ roots: [bed.cas.next], soak: "1s" });
    await runSync(bed, config);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await runSync(bed, config);
  },
};

async function runSync(bed: SyncBed<PebbleCa>, config: string): Promise<void> {
  const { code, stdout, stderr } = await bed.run(config);
  if (code !== 0) throw new Error(`postern sync ended with ${code}: ${stdout}${stderr}`);
}

/** Resolves before the first check. */
function started(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [OVERWRITER, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the sync that overwrites ended with ${code}`)));
    child.once("error", reject);
    child.stdout.once("data", () => resolve(child));
  });
}
