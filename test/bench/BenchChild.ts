import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A child process of a benchmark that answers each message with one message. */
export class BenchChild {
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  /**
   * Starts a file, given as a path from test/bench, with options for Node. Resolves with its first message, which it sends
   * when it is ready.
   */
  static async start(
    file: string,
    env: Readonly<Record<string, string>> = {},
    execArgv: readonly string[] = process.execArgv,
  ): Promise<[BenchChild, unknown]> {
    const path = fileURLToPath(new URL(file, import.meta.url));
    const child = new BenchChild(fork(path, { env: { ...process.env, ...env }, execArgv: [...execArgv] }));
    return [child, await child.#answer()];
  }

  /** Sends a message and resolves to the answer. */
  ask(question: object): Promise<unknown> {
    const answer = this.#answer();
    this.#process.send(question);
    return answer;
  }

  /** Closes the channel, which ends the process. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.disconnect();
    await ended;
  }

  #answer(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const exited = (code: number | null): void => reject(new Error(`a process of the benchmark exited with ${code}`));
      this.#process.once("exit", exited);
      this.#process.once("message", (message) => {
        this.#process.off("exit", exited);
        resolve(message);
      });
    });
  }
}
