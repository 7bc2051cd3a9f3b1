import { type ChildProcess, spawn } from "node:child_process";

/** When its input ends, the script kills every process that was added and not removed. */
const SCRIPT = `pids=' '
while read -r operation pid; do
  case $operation in
    add) pids="$pids$pid " ;;
    remove) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
for pid in $pids; do kill -s KILL "$pid" 2>/dev/null; done`;

/**
 * Kills the children of this process after this process has ended, also by SIGKILL. The guard is a process that reads
 * from a pipe of this one and kills the children when the pipe closes. It runs only while there are children.
 */
export class ChildGuard {
  readonly #children = new Set<number>();
  #guard: ChildProcess | undefined;

  /** Adds a child. */
  add(pid: number): void {
    this.#guard ??= startGuard();
    this.#children.add(pid);
    this.#write(`add ${pid}`);
  }

  /** Removes a child that has ended. After the last one, resolves when the guard has ended too. */
  async remove(pid: number): Promise<void> {
    if (!this.#children.delete(pid)) return;
    this.#write(`remove ${pid}`);
    const guard = this.#guard;
    if (this.#children.size > 0 || guard === undefined) return;
    this.#guard = undefined;
    guard.stdin?.end();
    if (guard.exitCode !== null || guard.signalCode !== null) return;
    guard.ref();
    await new Promise((resolve) => guard.once("exit", resolve));
  }

  #write(line: string): void {
    this.#guard?.stdin?.write(`${line}\n`);
  }
}

function startGuard(): ChildProcess {
  // In its own session, so that an interrupt from a terminal does not reach it.
  const guard = spawn("/bin/sh", ["-c", SCRIPT], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  // The guard may be killed together with the run. Then a write fails.
  guard.stdin.on("error", () => undefined);
  // Neither the guard nor its pipe keeps this process alive.
  guard.unref();
  if ("unref" in guard.stdin && typeof guard.stdin.unref === "function") guard.stdin.unref();
  return guard;
}
