import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process, as /proc has it. */
export interface FoundProcess {
  readonly pid: number;
  readonly parent: number;
  /** Its command line, with blanks between the arguments. */
  readonly command: string;
}

/**
 * The processes of a run, from /proc: those that name its folder in their environment, command line or working folder,
 * and their descendants; but for `except`. None on a system without /proc.
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

/** The parent of a process that runs, by process id; undefined where there is none, or no /proc. */
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
    // It has ended.
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
