import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type FoundProcess, parentOf, processesOf } from "./processesOf.ts";

/** The environment variable with the path of the run's folder, inherited by all processes of the run. */
export const RUN_FOLDER = "POSTERN_TEST_RUN";
const WATCHER = fileURLToPath(new URL("runWatcher.ts", import.meta.url));
/** The interval of the check that npm still runs. */
const PARENT_POLL_MS = 500;

/**
 * One run of tests, of a soak or of a benchmark. It has its own temporary folder, which is TMPDIR of all its processes,
 * and a watcher process. After this process has ended, also by a signal, the watcher kills the remaining processes of
 * the run and removes the folder. A run that npm started ends together with npm.
 */
export class TestRun {
  readonly folder: string;
  readonly #watcher: ChildProcess;

  private constructor(folder: string, watcher: ChildProcess) {
    this.folder = folder;
    this.#watcher = watcher;
  }

  /** Starts a run and sets TMPDIR of this process. */
  static start(): TestRun {
    // A short path, because paths of Unix sockets have at most 107 bytes.
    const folder = mkdtempSync(join(tmpdir(), "postern-"));
    // Readable for processes that run as another user.
    chmodSync(folder, 0o755);
    const watcher = spawn(process.execPath, [WATCHER, folder], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
    // Neither the watcher nor its pipe keeps this process alive.
    watcher.unref();
    if (watcher.stdin !== null && "unref" in watcher.stdin && typeof watcher.stdin.unref === "function")
      watcher.stdin.unref();
    process.env.TMPDIR = folder;
    process.env[RUN_FOLDER] = folder;
    endWithNpm();
    return new TestRun(folder, watcher);
  }

  /** The running processes of the run, except this process and the watcher. */
  processes(): FoundProcess[] {
    if (!existsSync("/proc")) return [];
    return processesOf(this.folder, [process.pid, this.#watcher.pid ?? 0]);
  }
}

/**
 * npm starts a shell, and the shell starts this process. Exits when either has ended, because no process waits for this
 * one.
 */
function endWithNpm(): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const shell = process.ppid;
  const npm = parentOf(shell);
  setInterval(() => {
    if (process.ppid !== shell || parentOf(shell) !== npm) process.exit(1);
  }, PARENT_POLL_MS).unref();
}
