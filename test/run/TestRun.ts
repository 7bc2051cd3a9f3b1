import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type FoundProcess, parentOf, processesOf } from "./processesOf.ts";

/** The variable that names the run's folder to all that the run starts. */
export const RUN_FOLDER = "POSTERN_TEST_RUN";
const WATCHER = fileURLToPath(new URL("runWatcher.ts", import.meta.url));
/** How often it is looked whether npm is still there. In milliseconds. */
const PARENT_POLL_MS = 500;

/**
 * One run of suites, of a soak or of a benchmark. It has a temporary folder of its own (TMPDIR, for everything that it
 * starts), and a watcher: a process that ends what is left of the run, and removes the folder, when this process has
 * ended, on whatever way: done, SIGTERM, SIGINT or SIGKILL. Where npm started it, it ends with npm.
 */
export class TestRun {
  readonly folder: string;
  readonly #watcher: ChildProcess;

  private constructor(folder: string, watcher: ChildProcess) {
    this.folder = folder;
    this.#watcher = watcher;
  }

  /** Sets TMPDIR of this process. */
  static start(): TestRun {
    // Short, for sockets' paths have at most 107 bytes.
    const folder = mkdtempSync(join(tmpdir(), "postern-"));
    // Some processes run as another user.
    chmodSync(folder, 0o755);
    const watcher = spawn(process.execPath, [WATCHER, folder], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
    // Neither keeps this process going.
    watcher.unref();
    if (watcher.stdin !== null && "unref" in watcher.stdin && typeof watcher.stdin.unref === "function")
      watcher.stdin.unref();
    process.env.TMPDIR = folder;
    process.env[RUN_FOLDER] = folder;
    endWithNpm();
    return new TestRun(folder, watcher);
  }

  /** What still runs of all that the run has started; this process and the watcher left aside. */
  processes(): FoundProcess[] {
    if (!existsSync("/proc")) return [];
    return processesOf(this.folder, [process.pid, this.#watcher.pid ?? 0]);
  }
}

/** npm starts a shell that starts this process: when either is gone, nobody waits for this process any more. */
function endWithNpm(): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const shell = process.ppid;
  const npm = parentOf(shell);
  setInterval(() => {
    if (process.ppid !== shell || parentOf(shell) !== npm) process.exit(1);
  }, PARENT_POLL_MS).unref();
}
