import type { PairPaths } from "../../src/tls/pair/readSnapshot.ts";
import { PosternProcess } from "../cli/PosternProcess.ts";

const repository = new URL("../..", import.meta.url).pathname;

/** The DNS name of the certificates. */
export const HOST = "hook.example";
/** The path for reviews in the gate of this repository. */
export const PATH = "/c/local/validate?timeout=10s";

/** Options of a {@link PosternServer}. */
export interface PosternServerOptions {
  /** Default: plain HTTP. */
  readonly pair?: PairPaths;
  /** 0 selects a free port. */
  readonly port: number;
  /** Whether to open the inspector. Default: no. */
  readonly inspect?: boolean;
}

/** `postern serve` as a separate process. */
export class PosternServer {
  readonly port: number;
  /** URL of the inspector. Empty without `inspect`. */
  readonly inspector: string;
  readonly #process: PosternProcess;

  private constructor(process: PosternProcess, port: number, inspector: string) {
    this.#process = process;
    this.port = port;
    this.inspector = inspector;
  }

  static async start({ pair, port, inspect = false }: PosternServerOptions): Promise<PosternServer> {
    const process = new PosternProcess(
      [
        ...["serve", "--gate", "functions/gate.ts", "--port", String(port), "--host", "127.0.0.1"],
        ...(pair === undefined ? [] : ["--cert", pair.cert, "--key", pair.key]),
      ],
      repository,
      { POSTERN_TLS_HOSTS: HOST, ...(inspect ? { NODE_OPTIONS: "--inspect=127.0.0.1:0" } : {}) },
    );
    // Ends with this process.
    const end = (): void => process.kill();
    globalThis.process.once("exit", end);
    void process.ended.then(() => globalThis.process.off("exit", end));
    try {
      const listening = await process.says(/"message":"listening","port":(\d+)/);
      const inspector = inspect ? (await process.says(/Debugger listening on (ws:\S+)/, "err"))[1] : "";
      return new PosternServer(process, Number(listening[1]), inspector ?? "");
    } catch (error) {
      process.kill();
      throw error;
    }
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Clears the recorded log. */
  clearLog(): void {
    this.#process.out = "";
  }

  /** Resolves when the server has logged a switch since {@link clearLog}. Throws for any other result. */
  async switched(): Promise<void> {
    const [, result] = await this.#process.says(/^(?!.*"message":"decision").*"result":"([^"]+)"/m);
    if (result !== "switched") throw new Error(`not switched: ${this.#process.out}`);
  }

  /**
   * The number of certificate faults logged since {@link clearLog}. With `arePlainFiles`, a key that does not belong to its
   * certificate is none: a busy machine can read between the two renames, and reads again when the second one is done.
   */
  faults(arePlainFiles: boolean): number {
    const lines = this.#process.out.split("\n").filter((line) => line.includes('"message":"certificate not served"'));
    return lines.filter((line) => !arePlainFiles || !line.includes('"code":"key-mismatch"')).length;
  }

  /** Resolves to the exit code. */
  async stop(): Promise<number | string> {
    this.#process.signal("SIGTERM");
    return this.#process.exit();
  }

  kill(): void {
    this.#process.kill();
  }
}
