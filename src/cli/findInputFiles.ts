import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { InputFault } from "./InputFault.ts";

const ENDINGS = /\.(ya?ml|json)$/i;

/** Files to read, in order, and paths that lead to none. `-` stands for standard input. */
export async function findInputFiles(paths: readonly string[]): Promise<{ files: string[]; faults: InputFault[] }> {
  const files: string[] = [];
  const faults: InputFault[] = [];
  for (const path of paths) {
    if (path === "-") files.push(path);
    else {
      try {
        const found = (await stat(path)).isDirectory() ? await manifestsBelow(path) : [path];
        if (found.length === 0) faults.push({ file: path, message: "has no .yaml, .yml or .json file in it" });
        files.push(...found);
      } catch (error) {
        faults.push({ file: path, message: readFault(error) });
      }
    }
  }
  return { files: [...new Set(files)], faults };
}

async function manifestsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory() && ENDINGS.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** A system's error in words. */
export function readFault(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "does not exist";
  if (code === "EACCES" || code === "EPERM") return "may not be read";
  if (code === "ELOOP") return "is a circle of symbolic links";
  return `cannot be read (${String(code ?? error)})`;
}
