import { spawn } from "node:child_process";
import type { ReloadDeps, ReloadOutcome } from "./ReloadWay.ts";

/** Of what a command says, the end is kept, for that is where it says what is wrong. In characters. */
const MOST_TEXT = 2_000;
const MOST_LINE = 300;

/**
 * Runs a program that has a server reload. It is told by its exit code, 0; past the time limit it is ended, with whatever it
 * has started in its process group. Never throws.
 */
export function runReloadCommand(
  [program, ...args]: readonly [string, ...string[]],
  { timeoutMs, signal }: Pick<ReloadDeps, "timeoutMs" | "signal">,
): Promise<ReloadOutcome> {
  const failed = (words: string): ReloadOutcome => ({ result: "failed", message: `${program}: ${words}` });
  if (signal.aborted) return Promise.resolve(failed("called off"));
  return new Promise((resolve) => {
    // A group of its own, so that nothing of it is left behind.
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], detached: true });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-MOST_TEXT);
    });
    const finish = (outcome: ReloadOutcome): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      // A server that it may have started keeps the pipe open.
      child.stderr.destroy();
      child.unref();
      resolve(outcome);
    };
    const endGroup = (words: string): void => {
      if (child.pid !== undefined)
        try {
          process.kill(-child.pid, "SIGKILL");
        } catch {
          // It is gone already.
        }
      finish(failed(words));
    };
    const abort = (): void => endGroup("called off");
    const timer = setTimeout(() => endGroup(`did not end within ${timeoutMs / 1000} s`), timeoutMs);
    signal.addEventListener("abort", abort, { once: true });
    child.once("error", (error) => finish(failed(`cannot be run (${"code" in error ? error.code : error.name})`)));
    child.once("exit", (code, killed) => {
      // Its number may be another's from now on.
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      if (code === 0) return finish({ result: "told" });
      // Its last words may come after its end.
      setTimeout(() => {
        const last = said.trim().split("\n").at(-1)?.slice(0, MOST_LINE) ?? "";
        const how = code === null ? `ended by ${killed}` : `exit code ${code}`;
        finish(failed(last === "" ? how : `${how}: ${last}`));
      }, 20);
    });
  });
}
