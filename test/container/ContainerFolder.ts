import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MadeBundle, madeContainerBundle } from "../run/gateBundle.ts";

/** Result of a run of the container bundle. */
export interface ContainerRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Peak memory in bytes. Undefined on systems other than Linux. */
  readonly peakMemory: number | undefined;
  /** Duration of the run. */
  readonly milliseconds: number;
}

/** The user `nonroot` of distroless images. */
const NONROOT = 65_532;

/** A read-only folder with only the bundle, as in the image. */
export class ContainerFolder {
  readonly file: string;
  readonly made: MadeBundle;
  readonly #folder: string;
  readonly #mounted: string[] = [];

  private constructor(folder: string, made: MadeBundle) {
    this.#folder = folder;
    this.made = made;
    this.file = join(folder, "postern.mjs");
  }

  static async create(): Promise<ContainerFolder> {
    const made = await madeContainerBundle();
    const folder = await mkdtemp(join(tmpdir(), "postern-container-"));
    const container = new ContainerFolder(folder, made);
    await writeFile(container.file, container.made.text, { mode: 0o444 });
    await chmod(folder, 0o555);
    return container;
  }

  /** Runs the file with an empty environment, as the user of the image when this process is root. */
  async run(args: readonly string[]): Promise<ContainerRun> {
    const start = performance.now();
    const user = process.getuid?.() === 0 ? { uid: NONROOT, gid: NONROOT } : {};
    const child = spawn(process.execPath, [this.file, ...args], { cwd: this.#folder, env: {}, ...user });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    const peak = peakMemoryOf(child, ended);
    const code = await ended;
    return { code, stdout, stderr, peakMemory: await peak, milliseconds: performance.now() - start };
  }

  /** Writes files that everybody may read, as in a ConfigMap. Resolves to their folder. */
  async mount(files: Readonly<Record<string, string>>): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "postern-mounted-"));
    this.#mounted.push(folder);
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o444 });
    await chmod(folder, 0o555);
    return folder;
  }

  async remove(): Promise<void> {
    for (const folder of [this.#folder, ...this.#mounted]) {
      await chmod(folder, 0o755);
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** Reads the high water mark of the process until it ends. The last value is the peak. */
async function peakMemoryOf({ pid }: ChildProcess, ended: Promise<unknown>): Promise<number | undefined> {
  let peak: number | undefined;
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  while (!isOver) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1];
    if (kilobytes !== undefined) peak = Math.max(peak ?? 0, Number(kilobytes) * 1024);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return peak;
}
