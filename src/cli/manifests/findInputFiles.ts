import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import type { InputFault } from "../terminal/InputFault.ts";

const ENDINGS = /\.(ya?ml|json)$/i;

/** Files to read, in order, and paths that lead to none. `-` stands for standard input. */
export async function findInputFiles(paths: readonly string[]): Promise<{ files: string[]; faults: InputFault[] }> {
  const files: string[] = [];
  const faults: InputFault[] = [];
  for (const path of paths) {
    if (path === "-") files.push(path);
    else {
      const walk: Walk = { files: [], faults: [], folders: new Set() };
      await visitPath(path, walk, true);
      if (walk.files.length === 0 && walk.faults.length === 0)
        faults.push({ file: path, message: "has no .yaml, .yml or .json file in it" });
      files.push(...walk.files.sort());
      faults.push(...walk.faults);
    }
  }
  return { files: [...new Set(files)], faults };
}

interface Walk {
  readonly files: string[];
  readonly faults: InputFault[];
  /** Real paths: a folder that several links lead to, as in a mounted ConfigMap, or one above itself, is read once. */
  readonly folders: Set<string>;
}

async function visitPath(path: string, walk: Walk, named: boolean): Promise<void> {
  try {
    if ((await stat(path)).isDirectory()) {
      const real = await realpath(path);
      if (walk.folders.has(real)) return;
      walk.folders.add(real);
      for (const name of (await readdir(path)).sort()) await visitPath(join(path, name), walk, false);
    } else if (named || ENDINGS.test(path)) walk.files.push(path);
  } catch (error) {
    // A link to nothing is a manifest that is missing only where it is called one.
    if (named || ENDINGS.test(path) || !isMissing(error)) walk.faults.push({ file: path, message: readFault(error) });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ELOOP");
}

/** A system's error in words. */
export function readFault(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "does not exist";
  if (code === "ENOTDIR") return "does not exist: a part of the path is a file";
  if (code === "EISDIR") return "is a folder";
  if (code === "EACCES" || code === "EPERM") return "may not be read";
  if (code === "ELOOP") return "is a circle of symbolic links";
  return `cannot be read (${String(code ?? error)})`;
}
