import { type ChildProcess, spawn } from "node:child_process";

/** Kills every process that was added and not removed, when its input ends. */
const SCRIPT = `pids=' '
while read -r operation pid; do
  case $operation in
    add) pids="$pids$pid " ;;
    remove) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
for pid in $pids; do kill -s KILL "$pid" 2>/dev/null; done`;

/**
 * Ends children of this process when this process has ended, on whatever way: a process that reads from this one, and
 * kills them when there is no more to read. It is there for as long as there is a child.
 */
export class ChildGuard {
  readonly #children = new Set<number>();
  #guard: ChildProcess | undefined;

  /** Guards a child from now on. */
  add(pid: number): void {
    this.#guard ??= startGuard();
    this.#children.add(pid);
    this.#write(`add ${pid}`);
  }

  /** The child has ended. Resolves when the guard has too, where that was the last one. */
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
  // In a session of its own, so that an interrupt from a terminal does not reach it.
  const guard = spawn("/bin/sh", ["-c", SCRIPT], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  // Where it is killed along with the run, there is nobody to write to.
  guard.stdin.on("error", () => undefined);
  // Neither keeps this process going.
  guard.unref();
  if ("unref" in guard.stdin && typeof guard.stdin.unref === "function") guard.stdin.unref();
  return guard;
}
