import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { POSTERN_VERSION } from "../../src/protocol/posternVersion.ts";
import { releaseFaults } from "./releaseFaults.ts";

const read = (path: string): Promise<string> =>
  readFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");

/** Prints why a tag cannot be released, one line for each fault. Resolves to the exit code: 1 with a fault. */
export async function checkRelease(tag: string): Promise<number> {
  const faults = releaseFaults({
    tag,
    manifest: await read("package.json"),
    changelog: await read("CHANGELOG.md"),
    stated: POSTERN_VERSION,
    repository: process.env.GITHUB_REPOSITORY,
  });
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  return faults.length > 0 ? 1 : 0;
}
