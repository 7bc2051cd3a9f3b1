import { readFileSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { CliError } from "../../terminal/CliError.ts";
import { writeFileAtomically } from "../../terminal/writeFileAtomically.ts";

const holderSchema = z.object({
  pid: z.int().check(z.positive()),
  /** When the process started, in a unit of the system. Another process with the same id has another. */
  started: z.optional(z.string()),
  port: z.optional(z.number()),
});
type Holder = z.infer<typeof holderSchema>;

/** The lock of a folder: only one `postern dev` writes its CA and its registration. */
export class FolderLock {
  readonly #path: string;
  readonly #holder: Holder;

  private constructor(path: string, holder: Holder) {
    this.#path = path;
    this.#holder = holder;
  }

  /**
   * Takes the lock `dev.lock` in a folder. A lock whose process has ended is taken over. Throws {@link CliError}
   * `cannot-serve`, which names the running process and its port.
   */
  static async take(folder: string): Promise<FolderLock> {
    const path = join(folder, "dev.lock");
    const holder: Holder = { pid: process.pid, started: startOf(process.pid) };
    for (let attempt = 0; ; attempt += 1) {
      try {
        await writeFile(path, JSON.stringify(holder), { flag: "wx", mode: 0o600 });
        return new FolderLock(path, holder);
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw notWritten(path, error);
        const other = await read(path);
        if (attempt > 0 || (other !== undefined && isRunning(other))) throw taken(folder, path, other);
        await rm(path, { force: true });
      }
    }
  }

  /** Notes the port, for the message of another `postern dev`. */
  async servesAt(port: number): Promise<void> {
    await writeFileAtomically(this.#path, JSON.stringify({ ...this.#holder, port }), 0o600);
  }

  /** Removes the lock, unless another process has it now. */
  async release(): Promise<void> {
    const holder = await read(this.#path);
    if (holder?.pid === this.#holder.pid && holder.started === this.#holder.started)
      await rm(this.#path, { force: true });
  }
}

function taken(folder: string, path: string, other: Holder | undefined): CliError {
  const at = other?.port === undefined ? "" : `, port ${other.port}`;
  const who = other === undefined ? "" : ` (process ${other.pid}${at})`;
  return new CliError(
    "cannot-serve",
    `another postern dev${who} uses ${folder}; stop it, or start this one in another folder. If it is not running, delete ${path}`,
  );
}

function notWritten(path: string, error: unknown): CliError {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return new CliError(
    "cannot-serve",
    `${path} cannot be written (${code}); check its permissions and the room on its disk`,
    error,
  );
}

/** Undefined for a lock that is gone, or that holds anything else. */
async function read(path: string): Promise<Holder | undefined> {
  try {
    const content: unknown = JSON.parse(await readFile(path, "utf8"));
    return holderSchema.parse(content);
  } catch {
    return undefined;
  }
}

function isRunning({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM is a process of another user.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  const start = startOf(pid);
  if (started !== undefined && start !== undefined) return started === start;
  // Without /proc: a process cannot find its own lock before it has taken it.
  return pid !== process.pid;
}

/** When a process started: field 22 of /proc/PID/stat, proc(5), and the boot. Undefined where there is no /proc. */
function startOf(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${fields[19]}`;
  } catch {
    return undefined;
  }
}
