import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { patience } from "../run/speedFactor.ts";
import { ChildGuard } from "./ChildGuard.ts";

/** The command of a service. */
export interface ServiceCommand {
  /** Name of the service in messages. */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Path of a file for the output of the service. */
  readonly logFile: string;
}

/** The time between SIGTERM and SIGKILL, on the reference machine. */
const STOP_GRACE_MS = 20_000;
const POLL_MS = 25;
/** The part of the log in an error message. */
const MAX_LOG_CHARACTERS = 2_000;
/** Kills the services after this process has ended. */
const guard = new ChildGuard();

/** A child process that serves until it is stopped. */
export class ChildService {
  readonly name: string;
  readonly logFile: string;
  readonly #command: ServiceCommand;
  #process: ChildProcess;
  #exited: Promise<void>;

  constructor(command: ServiceCommand) {
    this.name = command.name;
    this.logFile = command.logFile;
    this.#command = command;
    this.#process = start(command);
    this.#exited = exitOf(this.#process);
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null || this.#process.pid === undefined;
  }

  /** The output of the service so far. */
  log(): string {
    return readFileSync(this.logFile, "utf8");
  }

  /**
   * Calls `isReady` until it resolves to true. Rejects when the service ends before, or after `limitMs` (scale it with
   * `patience`).
   */
  async waitUntil(isReady: () => Promise<boolean>, limitMs: number): Promise<void> {
    const end = performance.now() + limitMs;
    while (!(await isReady())) {
      if (this.hasEnded)
        throw new Error(`${this.name} ended before it was ready:\n${this.log().slice(-MAX_LOG_CHARACTERS)}`);
      if (performance.now() > end)
        throw new Error(`${this.name} was not ready after ${limitMs} ms:\n${this.log().slice(-MAX_LOG_CHARACTERS)}`);
      await sleep(POLL_MS);
    }
  }

  /** Stops the service and starts it again with the same command. */
  async restart(signal?: NodeJS.Signals): Promise<void> {
    await this.stop(signal);
    this.#process = start(this.#command);
    this.#exited = exitOf(this.#process);
  }

  /** Sends a signal, and SIGKILL after a grace period. Resolves when the process has ended. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (!this.hasEnded) this.#process.kill(signal);
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), patience(STOP_GRACE_MS));
    await this.#exited;
    clearTimeout(timer);
  }
}

function start({ file, args, env, logFile }: ServiceCommand): ChildProcess {
  const log = openSync(logFile, "a");
  // With this variable, the cluster's binary tells the kernel to end it together with its parent. That is faster than the guard.
  const parent = { CLUSTER_PARENT: String(process.pid) };
  const child = spawn(file, args, { env: { ...process.env, ...parent, ...env }, stdio: ["ignore", log, log] });
  closeSync(log);
  if (child.pid !== undefined) guard.add(child.pid);
  return child;
}

/** Resolves when the process has ended and is removed from the guard. */
function exitOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve(child.pid === undefined ? undefined : guard.remove(child.pid)));
    child.once("error", () => resolve());
  });
}
