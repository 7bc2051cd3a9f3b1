import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { addClusterCommands } from "../../src/cli/addClusterCommands.ts";
import { runProgram } from "../../src/cli/program.ts";
import { ApiTap, type TapPlan } from "./ApiTap.ts";
import { POSTERN } from "./renderGate.ts";
import { kubeconfigWith, type SyncBed, type SyncResult } from "./SyncBed.ts";

/** The sync, with the calls that it makes to the API server in the tests' hands. */
export class TappedSync {
  readonly tap: ApiTap;
  /** By which the sync's ServiceAccount calls the API server through the tap. */
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
    await writeFile(kubeconfig, kubeconfigWith({ server: tap.url, ca: bed.cluster.place.ca }, bed.token));
    return new TappedSync(bed, tap, kubeconfig);
  }

  /** Runs `postern sync` as a process, which the plan may kill. `node` are options of Node's own. */
  run(config: string, plan: TapPlan = () => undefined, node: readonly string[] = []): Promise<SyncResult> {
    this.tap.plan = plan;
    const child = spawn(process.execPath, [...node, POSTERN, ...this.#args(config)]);
    this.tap.kill = () => child.kill("SIGKILL");
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    return new Promise((resolve) => child.once("close", (code) => resolve({ code, stdout, stderr })));
  }

  /** The same command in this process, which starts faster, and cannot be killed. */
  async call(config: string, plan: TapPlan = () => undefined): Promise<SyncResult> {
    this.tap.plan = plan;
    const out = { stdout: "", stderr: "" };
    const writer = (name: keyof typeof out) => ({ write: (text: string) => (out[name] += text) });
    const terminal = { stdout: writer("stdout"), stderr: writer("stderr"), stdin: (async function* () {})(), env: {} };
    const code = await runProgram(this.#args(config), terminal, "0.0.0", [addClusterCommands]);
    return { code, ...out };
  }

  /** What becomes of the Lease of a run that was killed, when its time is over. */
  forgetLease(): Promise<void> {
    return this.#bed.forgetLease();
  }

  stop(): Promise<void> {
    return this.tap.stop();
  }

  #args(config: string): string[] {
    return ["sync", "--once", "--config", config, "--kubeconfig", this.kubeconfig];
  }
}
