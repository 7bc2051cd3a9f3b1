import { type ChildProcess, spawn } from "node:child_process";
import type { ReloadDeps, ReloadOutcome } from "./ReloadMethod.ts";

/** The end of the standard error output that is kept, in characters. */
const MAX_OUTPUT = 2_000;
const MAX_LINE = 300;

/**
 * Runs a command that makes a server reload. Exit code 0 is a success. After the time limit, its whole process group is
 * killed. Never throws.
 */
export function runReloadCommand(
  [program, ...args]: readonly [string, ...string[]],
  { timeoutMs, signal }: Pick<ReloadDeps, "timeoutMs" | "signal">,
): Promise<ReloadOutcome> {
  const failed = (words: string): ReloadOutcome => ({ result: "failed", message: `${program}: ${words}` });
  if (signal.aborted) return Promise.resolve(failed("stopped"));
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      // A separate process group, so that its children can be killed too.
      child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], detached: true });
    } catch (error) {
      // Some errors of the system are thrown, such as ENOMEM, ENOTDIR and E2BIG, and others are events.
      return resolve(failed(cannotRun(error)));
    }
    let output = "";
    // There is no pipe where the process may open no more files (EMFILE).
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-MAX_OUTPUT);
    });
    const finish = (outcome: ReloadOutcome): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      // A server that the command started keeps the pipe open.
      child.stderr?.destroy();
      child.unref();
      resolve(outcome);
    };
    const endGroup = (words: string): void => {
      if (child.pid !== undefined)
        try {
          process.kill(-child.pid, "SIGKILL");
        } catch {
          // It has already ended.
        }
      finish(failed(words));
    };
    const abort = (): void => endGroup("stopped");
    const timer = setTimeout(() => endGroup(`did not end within ${timeoutMs / 1000} s`), timeoutMs);
    signal.addEventListener("abort", abort, { once: true });
    child.once("error", (error) => finish(failed(cannotRun(error))));
    child.once("exit", (code, killed) => {
      // The process ID may be reused from now on.
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      if (code === 0) return finish({ result: "triggered" });
      // Output may arrive after the exit.
      setTimeout(() => {
        const last = output.trim().split("\n").at(-1)?.slice(0, MAX_LINE) ?? "";
        const how = code === null ? `ended by ${killed}` : `exit code ${code}`;
        finish(failed(last === "" ? how : `${how}: ${last}`));
      }, 20);
    });
  });
}

function cannotRun(error: unknown): string {
  if (!(error instanceof Error)) return "cannot be run";
  return `cannot be run (${"code" in error ? error.code : error.name})`;
}
