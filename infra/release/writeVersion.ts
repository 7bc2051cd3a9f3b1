import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { versionedText } from "./versionedText.ts";

/** Runs in `npm version`: writes the version of package.json where else it is, and stages these files. */
const root = fileURLToPath(new URL("../..", import.meta.url));
const { version }: { version: string } = JSON.parse(await readFile(`${root}package.json`, "utf8"));
const date = new Date().toISOString().slice(0, 10);
const listed = execFileSync("git", ["ls-files", "infra/kubernetes/*.yaml"], { cwd: root, encoding: "utf8" });
const paths = ["CHANGELOG.md", "src/protocol/posternVersion.ts", ...listed.split("\n").filter(Boolean)];
for (const path of paths) {
  const text = await readFile(root + path, "utf8");
  const written = versionedText(path, text, { version, date });
  if (written !== text) await writeFile(root + path, written);
}
execFileSync(process.execPath, ["infra/build.ts", "--openapi"], { cwd: root });
execFileSync("git", ["add", ...paths, "src/gate/openapi.json"], { cwd: root });
