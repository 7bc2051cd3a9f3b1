import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { SourceLine } from "../../../src/records/chain/RecordSource.ts";
import { NodeSource } from "../../../src/records/stores/node/NodeSource.ts";
import { SOAK_CLUSTER, type SoakTarget } from "./SoakTarget.ts";

const SCRIPT = fileURLToPath(new URL("soakNode.ts", import.meta.url));

/** How to make a {@link NodeTarget}. */
export interface NodeTargetOptions {
  /** POSTERN_RECORDS_KEY: a private Ed25519 JWK. */
  readonly key: string;
  /** No file of the process gets longer (setrlimit(2), RLIMIT_FSIZE), as on a full disk. Default: no limit. */
  readonly maxFileBytes?: number;
}

/** The gate of the soak in a Node process, with its store in a folder. */
export class NodeTarget implements SoakTarget {
  readonly folder: string;
  readonly #options: NodeTargetOptions;
  #child: ChildProcess | undefined;

  private constructor(folder: string, options: NodeTargetOptions) {
    this.folder = folder;
    this.#options = options;
  }

  static async create(options: NodeTargetOptions): Promise<NodeTarget> {
    return new NodeTarget(await mkdtemp(join(tmpdir(), "postern-soak-")), options);
  }

  async start(): Promise<string> {
    const { key, maxFileBytes } = this.#options;
    const limit = maxFileBytes === undefined ? [] : ["prlimit", `--fsize=${maxFileBytes}:unlimited`];
    const [program = "", ...args] = [...limit, process.execPath, SCRIPT];
    const child = spawn(program, args, {
      env: {
        ...process.env,
        POSTERN_PORT: "0",
        POSTERN_HOST: "127.0.0.1",
        POSTERN_RECORDS_DIR: join(this.folder, "store"),
        POSTERN_RECORDS_KEY: key,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#child = child;
    for await (const line of createInterface({ input: child.stdout })) {
      const { message, port } = JSON.parse(line);
      if (message !== "listening") continue;
      child.stdout.resume();
      return `http://127.0.0.1:${port}`;
    }
    throw new Error("the gate ended before it listened");
  }

  /** Ends the limit of {@link NodeTargetOptions.maxFileBytes}. */
  async liftLimit(): Promise<void> {
    await promisify(execFile)("prlimit", [`--pid=${this.#child?.pid}`, "--fsize=unlimited"]);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  lines(): AsyncIterable<SourceLine> {
    return new NodeSource(join(this.folder, "store")).lines(SOAK_CLUSTER);
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}
