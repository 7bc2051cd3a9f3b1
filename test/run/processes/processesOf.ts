import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process, from /proc. */
export interface FoundProcess {
  readonly pid: number;
  readonly parent: number;
  /** The command line, with a space between the arguments. */
  readonly command: string;
}

/**
 * The processes of a run, without the process ids in `except`: those with the run's folder in their environment,
 * command line or working folder, and their descendants. Requires /proc.
 */
export function processesOf(folder: string, except: readonly number[]): FoundProcess[] {
  const all = readdirSync("/proc", { encoding: "utf8" })
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(name) ?? []);
  const found = new Map<number, FoundProcess>();
  for (const it of all) if (namesFolder(it, folder)) found.set(it.pid, it);
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const it of all) if (found.has(it.parent)) found.set(it.pid, it);
  }
  return [...found.values()].filter(({ pid }) => !except.includes(pid));
}

/** The process id of a process's parent. Undefined when the process does not run, and without /proc. */
export function parentOf(pid: number): number | undefined {
  return readProcess(String(pid))?.parent;
}

function readProcess(name: string): FoundProcess | undefined {
  try {
    const [state, parent] = readFileSync(`/proc/${name}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    if (state === "Z") return undefined;
    const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return { pid: Number(name), parent: Number(parent), command };
  } catch {
    // The process has ended.
    return undefined;
  }
}

function namesFolder({ pid, command }: FoundProcess, folder: string): boolean {
  if (command.includes(folder)) return true;
  return [() => readlinkSync(`/proc/${pid}/cwd`), () => readFileSync(`/proc/${pid}/environ`, "utf8")].some((read) => {
    try {
      return read().includes(folder);
    } catch {
      return false;
    }
  });
}
