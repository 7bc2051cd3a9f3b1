import { findInputFiles } from "../../manifests/findInputFiles.ts";
import type { InputFault } from "../../terminal/InputFault.ts";

const TABLE = /\.test\.ya?ml$/i;

/** The tables below some paths, and what cannot be read there. */
export interface FoundTables {
  readonly files: readonly string[];
  /** Those of them that were named themselves, and not found in a folder. */
  readonly named: ReadonlySet<string>;
  readonly faults: readonly InputFault[];
}

/**
 * Lists the tables, `*.test.yaml` and `*.test.yml`, below some paths, in folders by the rules of `postern review`. A file that is
 * named is a table whatever its name. A path without one is a fault.
 */
export async function findTables(paths: readonly string[]): Promise<FoundTables> {
  const files = new Set<string>();
  const named = new Set<string>();
  const faults: InputFault[] = [];
  for (const path of paths) {
    if (path === "-") {
      faults.push({ file: '"-"', message: "a table is not read from standard input; name a file or a folder" });
      continue;
    }
    const found = await findInputFiles([path]);
    const tables = found.files.filter(({ path: file, isNamed }) => isNamed || TABLE.test(file));
    for (const { path: file, isNamed } of tables) {
      files.add(file);
      if (isNamed) named.add(file);
    }
    const own = found.faults.filter(({ file }) => file === path || TABLE.test(file));
    const isMissing = own.some(({ message }) => !message.startsWith("contains no "));
    if (isMissing || tables.length > 0)
      faults.push(...own.filter(({ message }) => !message.startsWith("contains no ")));
    else faults.push({ file: path, message: "has no table of tests; a table is a file NAME.test.yaml" });
  }
  return { files: [...files].sort(), named, faults };
}
