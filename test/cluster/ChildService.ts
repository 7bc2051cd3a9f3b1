import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { patience } from "../run/speedFactor.ts";
import { ChildGuard } from "./ChildGuard.ts";

/** How a service is started. */
export interface ServiceCommand {
  /** For messages. */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Receives what it prints. */
  readonly logFile: string;
}

/** How long a service may take to end by itself, before it is killed. In milliseconds, on the reference machine. */
const STOP_PATIENCE = 20_000;
/** In milliseconds. */
const PAUSE = 25;
/** What is shown of a log when a service ends early. In characters. */
const TAIL = 2_000;
/** The services of this process do not outlive it. */
const guard = new ChildGuard();

/** A process that serves until it is stopped: started, waited for and stopped by its process id. */
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

  /** Everything that it has printed. */
  log(): string {
    return readFileSync(this.logFile, "utf8");
  }

  /**
   * Asks `isReady` until it says so. Rejects when the service ends first, or after `limitMs` (scale it with `patience`).
   */
  async waitUntil(isReady: () => Promise<boolean>, limitMs: number): Promise<void> {
    const end = performance.now() + limitMs;
    while (!(await isReady())) {
      if (this.hasEnded) throw new Error(`${this.name} ended before it was ready:\n${this.log().slice(-TAIL)}`);
      if (performance.now() > end)
        throw new Error(`${this.name} was not ready after ${limitMs} ms:\n${this.log().slice(-TAIL)}`);
      await sleep(PAUSE);
    }
  }

  /** Stops it and starts it anew, as it was started before. */
  async restart(signal?: NodeJS.Signals): Promise<void> {
    await this.stop(signal);
    this.#process = start(this.#command);
    this.#exited = exitOf(this.#process);
  }

  /** SIGTERM, and SIGKILL where that is not enough. Resolves when the process is gone. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (!this.hasEnded) this.#process.kill(signal);
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), patience(STOP_PATIENCE));
    await this.#exited;
    clearTimeout(timer);
  }
}

function start({ file, args, env, logFile }: ServiceCommand): ChildProcess {
  const log = openSync(logFile, "a");
  // The cluster's binary has the kernel end it with its parent, which is sooner than the guard can.
  const watch = { CLUSTER_PARENT: String(process.pid) };
  const child = spawn(file, args, { env: { ...process.env, ...watch, ...env }, stdio: ["ignore", log, log] });
  closeSync(log);
  if (child.pid !== undefined) guard.add(child.pid);
  return child;
}

/** Resolves when the process is gone, and its guard has heard of it. */
function exitOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve(child.pid === undefined ? undefined : guard.remove(child.pid)));
    child.once("error", () => resolve());
  });
}
