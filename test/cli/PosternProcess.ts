import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { eventually } from "../run/eventually.ts";
import { RUN_FOLDER } from "../run/processes/TestRun.ts";
import { patience } from "../run/speedFactor.ts";

const script = fileURLToPath(new URL("../../src/cli/postern.ts", import.meta.url));
const PATIENCE = patience(25_000);

/** `postern` as a separate process, in a given folder. */
export class PosternProcess {
  out = "";
  err = "";
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | string>;
  #isClosed = false;

  constructor(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}) {
    // A separate process group, so that a signal can reach all of it, as from a terminal.
    this.#child = spawn(process.execPath, [script, ...args], {
      cwd,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: process.env.PATH, ...ofTheRun(), ...env },
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.out += text;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.err += text;
    });
    this.#exited = once(this.#child, "close").then(([code, signal]) => {
      this.#isClosed = true;
      return code ?? signal;
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves to the match once an output matches. */
  async says(text: RegExp, from: "out" | "err" = "out"): Promise<RegExpExecArray> {
    const didNotSay = (): Error => new Error(`postern did not say ${text}:\n${this.out}\n${this.err}`);
    const ask = (): RegExpExecArray | undefined => {
      // Read before the text: the output is complete when the process is closed, later than at its exit.
      const isLast = this.#isClosed;
      const match = text.exec(this[from]);
      if (match === null && isLast) throw didNotSay();
      return match ?? undefined;
    };
    return eventually(String(text), ask, PATIENCE).catch(() => {
      throw didNotSay();
    });
  }

  /** Resolves when it has ended, without a time limit. */
  get ended(): Promise<unknown> {
    return this.#exited;
  }

  /** The exit code, or the signal that killed it. */
  exit(): Promise<number | string> {
    return Promise.race([this.#exited, sleep(PATIENCE, "still running", { ref: false })]);
  }

  signal(signal: NodeJS.Signals, whole: "process" | "group" = "process"): void {
    process.kill(whole === "group" ? -this.pid : this.pid, signal);
  }

  /** Kills what remains of its process group. */
  kill(): void {
    try {
      process.kill(-this.pid, "SIGKILL");
    } catch {
      // Already ended.
    }
  }

  /** Process ids of its children, from /proc. */
  children(): number[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && parentOf(name) === this.pid)
      .map(Number);
  }
}

/** The variables by which the watcher of a test run finds its processes. */
function ofTheRun(): Record<string, string | undefined> {
  return { [RUN_FOLDER]: process.env[RUN_FOLDER], TMPDIR: process.env.TMPDIR };
}

/** Whether a process runs. A zombie does not. */
export function isRunning(pid: number): boolean {
  return parentOf(String(pid)) !== undefined;
}

function parentOf(pid: string): number | undefined {
  try {
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return state === "Z" ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}
