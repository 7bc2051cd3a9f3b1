import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../src/cli/postern.ts", import.meta.url));
const PATIENCE = 25_000;

/** `postern` as a process of its own, in a folder of its own. */
export class PosternProcess {
  out = "";
  err = "";
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | string>;

  constructor(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}) {
    // A group of its own, so that a signal can reach all of it, as from a terminal.
    this.#child = spawn(process.execPath, [script, ...args], {
      cwd,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: process.env.PATH, ...env },
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.out += text;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.err += text;
    });
    this.#exited = once(this.#child, "close").then(([code, signal]) => code ?? signal);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The match of a text that its outputs come to have. */
  async says(text: RegExp, from: "out" | "err" = "out"): Promise<RegExpExecArray> {
    for (const until = Date.now() + PATIENCE; Date.now() < until; await sleep(25)) {
      const match = text.exec(this[from]);
      if (match !== null) return match;
      if (this.#child.exitCode !== null) break;
    }
    throw new Error(`postern did not say ${text}:\n${this.out}\n${this.err}`);
  }

  /** Resolves once it has ended, however long that takes. */
  get ended(): Promise<unknown> {
    return this.#exited;
  }

  /** The exit code, or the signal that ended it. */
  exit(): Promise<number | string> {
    return Promise.race([this.#exited, sleep(PATIENCE, "it goes on", { ref: false })]);
  }

  signal(signal: NodeJS.Signals, whole: "process" | "group" = "process"): void {
    process.kill(whole === "group" ? -this.pid : this.pid, signal);
  }

  /** Ends what is left of it. */
  kill(): void {
    try {
      process.kill(-this.pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  }

  /** Process ids of its children, from /proc. */
  children(): number[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && parentOf(name) === this.pid)
      .map(Number);
  }
}

/** Whether a process runs; one that ended and that nobody asked after yet does not. */
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
