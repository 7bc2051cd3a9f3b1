import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { SourceLine } from "../../../src/records/chain/RecordSource.ts";
import { NodeSource } from "../../../src/records/stores/node/NodeSource.ts";
import { SOAK_CLUSTER, type SoakTarget } from "./SoakTarget.ts";

const SCRIPT = fileURLToPath(new URL("soakNode.ts", import.meta.url));

/** The gate of the soak in a Node process, with its store in a folder. */
export class NodeTarget implements SoakTarget {
  readonly folder: string;
  readonly #key: string;
  #child: ChildProcess | undefined;

  private constructor(folder: string, key: string) {
    this.folder = folder;
    this.#key = key;
  }

  /** `key` is a private Ed25519 JWK. */
  static async create({ key }: { readonly key: string }): Promise<NodeTarget> {
    return new NodeTarget(await mkdtemp(join(tmpdir(), "postern-soak-")), key);
  }

  async start(): Promise<string> {
    const child = spawn(process.execPath, [SCRIPT], {
      env: {
        ...process.env,
        POSTERN_PORT: "0",
        POSTERN_HOST: "127.0.0.1",
        POSTERN_RECORDS_DIR: join(this.folder, "store"),
        POSTERN_RECORDS_KEY: this.#key,
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
