import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A process of the benchmark that answers one message with one message. */
export class BenchChild {
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  /** Starts a file of this folder and waits for its first message, which says that it is ready. */
  static async start(file: string, env: Readonly<Record<string, string>> = {}): Promise<[BenchChild, unknown]> {
    const path = fileURLToPath(new URL(file, import.meta.url));
    const child = new BenchChild(fork(path, { env: { ...process.env, ...env } }));
    return [child, await child.#answer()];
  }

  ask(question: object): Promise<unknown> {
    const answer = this.#answer();
    this.#process.send(question);
    return answer;
  }

  /** Ends the process; it goes when its channel closes. */
  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.disconnect();
    await gone;
  }

  #answer(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const exited = (code: number | null): void => reject(new Error(`a process of the benchmark ended with ${code}`));
      this.#process.once("exit", exited);
      this.#process.once("message", (message) => {
        this.#process.off("exit", exited);
        resolve(message);
      });
    });
  }
}
