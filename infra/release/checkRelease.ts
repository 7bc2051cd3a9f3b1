import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { POSTERN_VERSION } from "../../src/protocol/posternVersion.ts";
import { releaseFaults } from "./releaseFaults.ts";

const read = (path: string): Promise<string> =>
  readFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");

const faults = releaseFaults({
  tag: process.argv[2] ?? "",
  manifest: await read("package.json"),
  changelog: await read("CHANGELOG.md"),
  stated: POSTERN_VERSION,
  repository: process.env.GITHUB_REPOSITORY,
});
for (const fault of faults) process.stderr.write(`${fault}\n`);
if (faults.length > 0) process.exitCode = 1;
