import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import type { InputFault } from "../terminal/InputFault.ts";
import { readFault } from "../terminal/readFault.ts";

const ENDINGS = /\.(ya?ml|json)$/i;

/** Lists the files to read, in order, and a fault for each path without files. `-` stands for standard input. */
export async function findInputFiles(paths: readonly string[]): Promise<{ files: string[]; faults: InputFault[] }> {
  const files: string[] = [];
  const faults: InputFault[] = [];
  for (const path of paths) {
    if (path === "-") files.push(path);
    else {
      const walk: Walk = { files: [], faults: [], folders: new Set() };
      await visitPath(path, walk, true);
      if (walk.files.length === 0 && walk.faults.length === 0)
        faults.push({ file: path, message: "contains no .yaml, .yml or .json file" });
      files.push(...walk.files.sort());
      faults.push(...walk.faults);
    }
  }
  return { files: [...new Set(files)], faults };
}

interface Walk {
  readonly files: string[];
  readonly faults: InputFault[];
  /**
   * Real paths, so that a folder is read once: several links may lead to it (a mounted ConfigMap), or a link to its
   * parent.
   */
  readonly folders: Set<string>;
}

async function visitPath(path: string, walk: Walk, isNamed: boolean): Promise<void> {
  try {
    if ((await stat(path)).isDirectory()) {
      const real = await realpath(path);
      if (walk.folders.has(real)) return;
      walk.folders.add(real);
      for (const name of (await readdir(path)).sort()) await visitPath(join(path, name), walk, false);
    } else if (isNamed || ENDINGS.test(path)) walk.files.push(path);
  } catch (error) {
    // A dangling link is a fault only when it was named, or its name ends as a manifest.
    if (isNamed || ENDINGS.test(path) || !isMissing(error)) walk.faults.push({ file: path, message: readFault(error) });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ELOOP");
}
