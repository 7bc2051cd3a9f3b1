import { readdirSync } from "node:fs";
import { circlesOf } from "./circlesOf.ts";
import { foldersOf } from "./foldersOf.ts";
import { functionsOf } from "./functionsOf.ts";
import { sourceFiles } from "./sourceFiles.ts";

/**
 * Prints figures of the source tree: files per folder, lines per file, import circles, parameters, and mirrored tests.
 */
function printStructure(): void {
  const files = sourceFiles("src", "functions", "infra");
  const folders = foldersOf("src").filter((folder) => folder.files > 0);
  const lines = files.map((file) => file.lines).sort((left, right) => left - right);
  const functions = files.flatMap(({ path, text }) => functionsOf(path, text));
  const sources = new Set(files.map(({ path }) => path));
  const homes = readdirSync(new URL("../../src", import.meta.url));
  const tests = sourceFiles("test").filter(
    ({ path }) => path.endsWith(".test.ts") && homes.includes(path.split("/")[1] ?? ""),
  );
  const tested = tests.map(({ path }) => path.replace(/^test/, "src").replace(/(\/[^/.]+)\.[^/]*$/, "$1.ts"));
  const counts = folders.map((folder) => folder.files).sort((left, right) => left - right);
  const figures: [string, string | number][] = [
    ["files", files.length],
    ["folders of src with files", folders.length],
    ["files per folder, median / max", `${at(counts, 0.5)} / ${at(counts, 1)}`],
    ["lines per file, median / p95 / max", `${at(lines, 0.5)} / ${at(lines, 0.95)} / ${at(lines, 1)}`],
    ["circles of imports, types included", circlesOf(files).length],
    ["functions with more than four parameters", functions.filter(({ parameters }) => parameters > 4).length],
    ["functions", functions.length],
    ["tests at the path of a file", `${tested.filter((path) => sources.has(path)).length} of ${tests.length}`],
    [
      "files with a test at their path",
      `${new Set(tested.filter((path) => sources.has(path))).size} of ${files.length}`,
    ],
  ];
  for (const [name, value] of figures) process.stdout.write(`${name.padEnd(42)}${value}\n`);
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

printStructure();
