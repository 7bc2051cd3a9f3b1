import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { printable } from "../../telemetry/printable.ts";
import { CliError } from "../terminal/CliError.ts";
import { EXIT_OK } from "../terminal/exitCode.ts";
import { paint, type Terminal } from "../terminal/Terminal.ts";
import { untilSignal } from "../terminal/untilSignal.ts";

/** An editor writes a file in several steps. */
const QUIET_MS = 100;
const TABLE = /\.test\.ya?ml$/i;

/**
 * Runs the tests, and again after each change of a file that the last run read, or of a table beside one of them. A gate that does
 * not load is printed, and does not end it. Resolves to the exit code at a signal.
 */
export async function watchTests(
  terminal: Terminal,
  paths: readonly string[],
  run: (onFile: (file: string) => void) => Promise<number>,
): Promise<number> {
  const { stderr } = terminal;
  const say = (text: string): unknown => stderr.write(`${paint(terminal, stderr, "dim", text)}\n`);
  return untilSignal(async (signal) => {
    const changes = new Changes();
    try {
      while (!signal.aborted) {
        const files = new Set<string>();
        changes.begin();
        try {
          await run((file) => files.add(resolve(file)));
        } catch (error) {
          // A path that is wrong stays wrong.
          if (!(error instanceof CliError) || error.code === "usage") throw error;
          stderr.write(`postern: ${error.message}\n`);
        }
        await changes.follow(
          files,
          paths.map((path) => resolve(path)),
        );
        say(`waiting for changes of ${files.size} ${files.size === 1 ? "file" : "files"}`);
        const changed = await changes.next(signal);
        if (changed !== undefined) say(`${printable(relative(process.cwd(), changed))} changed`);
      }
    } finally {
      changes.close();
    }
    return EXIT_OK;
  });
}

/** The changes of some files. Their folders are watched: an editor may replace a file by another one. */
class Changes {
  readonly #watchers = new Map<string, FSWatcher>();
  #files: ReadonlySet<string> = new Set();
  #changed = new Set<string>();
  #startedAt = 0;
  #wake: (() => void) | undefined;

  /** What changes from now on may be newer than what a run reads. */
  begin(): void {
    this.#changed = new Set();
    this.#startedAt = Date.now();
  }

  /** Follows other files than before, and the tables in their folders and in `folders`. */
  async follow(files: ReadonlySet<string>, folders: readonly string[]): Promise<void> {
    this.#files = new Set([...this.#files, ...files]);
    const wanted = new Set([...files].map((file) => dirname(file)));
    for (const folder of folders) {
      const isFolder = await stat(folder).then(
        (stats) => stats.isDirectory(),
        () => false,
      );
      wanted.add(isFolder ? folder : dirname(folder));
    }
    const added = new Set([...wanted].filter((folder) => this.#watch(folder)));
    // What changed before its folder was watched.
    for (const file of [...files].filter((it) => added.has(dirname(it)))) {
      const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: 0 }));
      if (mtimeMs >= this.#startedAt) this.#changed.add(file);
    }
  }

  /** The first file that changed since `begin`; undefined at the signal. */
  async next(signal: AbortSignal): Promise<string | undefined> {
    while (!signal.aborted) {
      const [first] = [...this.#changed].filter((file) => this.#files.has(file) || TABLE.test(file));
      if (first !== undefined) {
        await this.#pause(signal, QUIET_MS);
        return first;
      }
      this.#changed.clear();
      await this.#pause(signal);
    }
    return undefined;
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
  }

  /** Waits for a change, a signal or the end of a time. */
  async #pause(signal: AbortSignal, ms?: number): Promise<void> {
    const { promise, resolve: wake } = Promise.withResolvers<void>();
    if (ms === undefined) this.#wake = wake;
    const timer = ms === undefined ? undefined : setTimeout(wake, ms);
    signal.addEventListener("abort", () => wake(), { once: true });
    await promise;
    clearTimeout(timer);
    this.#wake = undefined;
  }

  /** Whether the folder was not watched before. */
  #watch(folder: string): boolean {
    if (this.#watchers.has(folder)) return false;
    try {
      const watcher = watch(folder, (_event, name) => {
        if (name === null) return;
        this.#changed.add(resolve(folder, name));
        this.#wake?.();
      });
      // Such as a folder that is removed.
      watcher.on("error", () => {
        watcher.close();
        this.#watchers.delete(folder);
      });
      this.#watchers.set(folder, watcher);
    } catch {
      // It is gone; its files are reported as missing.
    }
    return true;
  }
}
