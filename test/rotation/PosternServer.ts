import type { PairPaths } from "../../src/tls/pair/readSnapshot.ts";
import { PosternProcess } from "../cli/PosternProcess.ts";

const repository = new URL("../..", import.meta.url).pathname;

/** What the certificates are for. */
export const HOST = "hook.example";
/** Where reviews are posted, at the gate that this repository deploys. */
export const PATH = "/c/local/validate?timeout=10s";

/** How `postern serve` is started. */
export interface PosternServerOptions {
  /** It speaks plain HTTP without. */
  readonly pair?: PairPaths;
  /** 0 for a free one. */
  readonly port: number;
  /** Whether its heap is to be looked at. */
  readonly inspect?: boolean;
}

/** `postern serve` as a process of its own. */
export class PosternServer {
  readonly port: number;
  /** Where the inspector listens; empty without `inspect`. */
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
    // It ends with this process, whatever ends that.
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

  /** Forgets what it has said so far. */
  forget(): void {
    this.#process.out = "";
  }

  /** Resolves once it says, since {@link forget}, that it switched. Throws where it says that it did not. */
  async switched(): Promise<void> {
    const [, result] = await this.#process.says(/"result":"([^"]+)"/);
    if (result !== "switched") throw new Error(`not switched: ${this.#process.out}`);
  }

  /** Faults of certificates that it has spoken of since {@link forget}. */
  faults(): number {
    return this.#process.out.match(/"message":"certificate not served"/g)?.length ?? 0;
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
