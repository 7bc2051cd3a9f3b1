import { ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";

/** The channel on which Node reports each child process that is created. Its pid is known later. */
const CHANNEL = "child_process";

/** The workerd processes that miniflare starts while this exists. */
export class WorkerdProcesses {
  #running: ChildProcess[] = [];

  constructor() {
    subscribe(CHANNEL, this.#onCreated);
  }

  /** Kills all with SIGKILL, and resolves when they have ended. */
  async kill(): Promise<void> {
    const killed = this.#running.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    this.#running = [];
    await Promise.all(
      killed.map(async (child) => {
        const ended = once(child, "exit");
        child.kill("SIGKILL");
        await ended;
      }),
    );
  }

  close(): void {
    unsubscribe(CHANNEL, this.#onCreated);
  }

  readonly #onCreated = (message: unknown): void => {
    const child = typeof message === "object" && message !== null && "process" in message ? message.process : undefined;
    if (child instanceof ChildProcess)
      queueMicrotask(() => {
        if (child.spawnargs.some((argument) => argument.startsWith("--control-fd="))) this.#running.push(child);
      });
  };
}
