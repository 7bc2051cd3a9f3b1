import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { printWorkerLog } from "./printWorkerLog.ts";

/** What not every server needs. */
export interface WorkerdOptions {
  /** Compatibility flags. */
  readonly flags?: readonly string[];
  /** Gets each line of the log. Default: it is printed. */
  readonly onLine?: (line: string) => void;
}

/**
 * A workerd process that serves one worker over TLS or plain HTTP. Without miniflare, which puts its own worker in front
 * on every TLS port.
 */
export class WorkerdServer {
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(process: ChildProcess, folder: string, port: number) {
    this.#process = process;
    this.#folder = folder;
    this.port = port;
  }

  /**
   * `script` is one ES module. `pair` is PEM; without it the server uses plain HTTP. `env` holds the Worker's variables.
   * Rejects when workerd exits before it listens.
   */
  static async start(
    script: string,
    pair?: { cert: string; key: string },
    env: Readonly<Record<string, string>> = {},
    { flags = [], onLine = (message) => printWorkerLog({ message }) }: WorkerdOptions = {},
  ): Promise<WorkerdServer> {
    const folder = await mkdtemp(join(tmpdir(), "postern-workerd-"));
    await writeFile(join(folder, "worker.js"), script);
    await writeFile(join(folder, "config.capnp"), configuration(pair, env, flags));
    const child = spawn(workerdBinary(), ["serve", "--control-fd=3", join(folder, "config.capnp")], {
      stdio: ["ignore", "pipe", "inherit", "pipe"],
    });
    if (child.stdout !== null) createInterface({ input: child.stdout }).on("line", onLine);
    const port = await announcedPort(child).catch(async (error: unknown): Promise<never> => {
      child.kill("SIGKILL");
      await rm(folder, { recursive: true });
      throw error;
    });
    return new WorkerdServer(child, folder, port);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** CPU time of the thread that runs the Worker, in seconds; undefined where the kernel does not say it (Linux does). */
  cpuSeconds(): number | undefined {
    const { pid } = this.#process;
    try {
      const nanoseconds = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "utf8").split(" ")[0];
      return Number(nanoseconds) / 1e9;
    } catch {
      return undefined;
    }
  }

  async stop(): Promise<void> {
    const exited = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill();
    await exited;
    await rm(this.#folder, { recursive: true });
  }
}

/** In the text form of Cap'n Proto, which escapes strings as JSON does. */
function configuration(
  pair: { cert: string; key: string } | undefined,
  env: Readonly<Record<string, string>>,
  flags: readonly string[],
): string {
  const bindings = Object.entries(env).map(
    ([name, text]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(text)})`,
  );
  const protocol =
    pair === undefined
      ? "http = ()"
      : `https = (options = (), tlsOptions = (keypair = (privateKey = ${JSON.stringify(pair.key)}, certificateChain = ${JSON.stringify(pair.cert)})))`;
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  # Also addresses of this machine, for a collector.
  services = [(name = "main", worker = .worker), (name = "internet", network = (allow = ["public", "private"]))],
  sockets = [(
    name = "gate", address = "127.0.0.1:0", service = "main", ${protocol}
  )]
);
const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.js")],
  bindings = [${bindings.join(", ")}],
  compatibilityDate = "2026-07-01",
  compatibilityFlags = ${JSON.stringify(flags)}
);
`;
}

/** The workerd binary of miniflare. */
function workerdBinary(): string {
  const require = createRequire(import.meta.resolve("miniflare"));
  return (require("workerd") as { default: string }).default;
}

function announcedPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`workerd ended with ${code}`)));
    let events = "";
    (child.stdio[3] as Readable).on("data", (chunk: Buffer) => {
      events += chunk.toString();
      const port = /"event":"listen".*"port":(\d+)/.exec(events)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  });
}
