import { ChildProcess, spawn } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";

/** The channel on which Node reports each child process that is created. Its pid is known later. */
const CHANNEL = "child_process";
/** An argument that miniflare passes to workerd. */
const RUNTIME_ARGUMENT = "--control-fd=";
/** An argument that esbuild passes to the process that builds. */
const BUILD_ARGUMENT = "--service=";
/**
 * Kills the processes of the last line when its input ends: when this process has ended, in whatever way. workerd does
 * not notice that by itself, and esbuild does not while it waits for an answer of this process.
 */
const GUARD = 'pids=; while read -r line; do pids=$line; done; for pid in $pids; do kill -9 "$pid"; done';

/** The runtimes that miniflare starts. They and esbuild end when this process ends, also when it is killed. */
export class RuntimeProcesses {
  readonly #running = new Set<ChildProcess>();
  readonly #builders = new Set<ChildProcess>();
  readonly #guard: ChildProcess;
  readonly #onCrash: (how: string) => void;

  /** `onCrash` is called when a runtime ends that nobody stopped, with its signal or exit code. */
  constructor(onCrash: (how: string) => void) {
    this.#onCrash = onCrash;
    // A session of its own: a signal to the process group of the terminal does not reach it.
    this.#guard = spawn("sh", ["-c", GUARD], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
    // Without a shell, or after somebody killed the guard, there is no guard.
    this.#guard.on("error", () => undefined);
    this.#guard.stdin?.on("error", () => undefined);
    this.#guard.unref();
    const input: unknown = this.#guard.stdin;
    if (typeof input === "object" && input !== null && "unref" in input && typeof input.unref === "function")
      input.unref();
    subscribe(CHANNEL, this.#onCreated);
  }

  /** Kills the newest runtime. Miniflare then starts another with the same Worker. */
  killNewest(): void {
    const newest = [...this.#running].at(-1)?.pid;
    // Not through the ChildProcess, which would mark it as stopped.
    if (newest !== undefined) process.kill(newest, "SIGKILL");
  }

  /** Ends the guard. The runtimes have to be stopped before. esbuild ends with this process. */
  stop(): void {
    unsubscribe(CHANNEL, this.#onCreated);
    // esbuild may still answer the end of its watch.
    this.#builders.clear();
    this.#tellGuard();
    this.#guard.stdin?.end();
  }

  readonly #onCreated = (message: unknown): void => {
    const child = typeof message === "object" && message !== null && "process" in message ? message.process : undefined;
    if (child instanceof ChildProcess) queueMicrotask(() => this.#add(child));
  };

  #add(child: ChildProcess): void {
    if (child.pid === undefined) return;
    const has = (prefix: string): boolean => child.spawnargs.some((argument) => argument.startsWith(prefix));
    const isRuntime = has(RUNTIME_ARGUMENT);
    if (!isRuntime && !has(BUILD_ARGUMENT)) return;
    const kind = isRuntime ? this.#running : this.#builders;
    kind.add(child);
    this.#tellGuard();
    child.once("exit", (code, signal) => {
      kind.delete(child);
      this.#tellGuard();
      if (isRuntime && !child.killed) this.#onCrash(signal ?? `exit code ${code}`);
    });
  }

  #tellGuard(): void {
    const { stdin } = this.#guard;
    const all = [...this.#running, ...this.#builders];
    if (stdin?.writable === true) stdin.write(`${all.map(({ pid }) => pid).join(" ")}\n`);
  }
}
