import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "../../../../src/cli/program.ts";
import { syncCommand } from "../../../../src/cli/sync/syncCommand.ts";
import { ApiTap, type TapPlan } from "../../api/ApiTap.ts";
import { tokenKubeconfig } from "../../api/tokenKubeconfig.ts";
import { POSTERN } from "../../registration/renderGate.ts";
import { resultOf, type SyncBed, type SyncResult } from "./SyncBed.ts";

/** The sync behind an {@link ApiTap}: a test can disturb its calls to the API server. */
export class TappedSync {
  readonly tap: ApiTap;
  /** Path of a kubeconfig of the sync's ServiceAccount that goes through the tap. */
  readonly kubeconfig: string;
  readonly #bed: SyncBed;

  private constructor(bed: SyncBed, tap: ApiTap, kubeconfig: string) {
    this.#bed = bed;
    this.tap = tap;
    this.kubeconfig = kubeconfig;
  }

  static async start(bed: SyncBed): Promise<TappedSync> {
    const tap = await ApiTap.start(bed.cluster);
    const kubeconfig = join(bed.cluster.place.folder, "tap-kubeconfig");
    await writeFile(kubeconfig, tokenKubeconfig({ server: tap.url, ca: bed.cluster.place.ca }, bed.token));
    return new TappedSync(bed, tap, kubeconfig);
  }

  /**
   * Runs `postern sync --once` as a process, which the plan may kill. `nodeOptions` are command line options of Node.
   */
  run(config: string, plan: TapPlan = () => undefined, nodeOptions: readonly string[] = []): Promise<SyncResult> {
    this.tap.plan = plan;
    const child = spawn(process.execPath, [...nodeOptions, POSTERN, ...this.#args(config)]);
    this.tap.kill = () => child.kill("SIGKILL");
    return resultOf(child);
  }

  /** Runs the same command in this process. This starts faster, but the plan cannot kill it. */
  async call(config: string, plan: TapPlan = () => undefined): Promise<SyncResult> {
    this.tap.plan = plan;
    const out = { stdout: "", stderr: "" };
    const writer = (name: keyof typeof out) => ({ write: (text: string) => (out[name] += text) });
    const terminal = { stdout: writer("stdout"), stderr: writer("stderr"), stdin: (async function* () {})(), env: {} };
    const code = await runProgram(this.#args(config), terminal, { version: "0.0.0" }, [syncCommand]);
    return { code, ...out };
  }

  /** Deletes the Lease of a killed run, as if it had expired. */
  deleteLease(): Promise<void> {
    return this.#bed.deleteLease();
  }

  stop(): Promise<void> {
    return this.tap.stop();
  }

  #args(config: string): string[] {
    return ["sync", "--once", "--config", config, "--kubeconfig", this.kubeconfig];
  }
}
