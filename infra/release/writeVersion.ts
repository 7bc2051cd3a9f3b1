import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { versionedText } from "./versionedText.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const git = (...args: readonly string[]): string => execFileSync("git", args, { cwd: root, encoding: "utf8" });
const versionOf = (manifest: string): string => (JSON.parse(manifest) as { version: string }).version;

/** Writes the version of package.json where else it is, and stages these files. `npm version` runs it. */
export async function writeVersion(): Promise<void> {
  const change = {
    from: versionOf(git("show", "HEAD:package.json")),
    to: versionOf(await readFile(`${root}package.json`, "utf8")),
    date: new Date().toISOString().slice(0, 10),
  };
  const paths = git("ls-files", "CHANGELOG.md", "README.md", "functions/*.md", "infra", "src")
    .split("\n")
    .filter((path) => /\.(?:md|ts|yaml|tpl|toml)$|Dockerfile$/.test(path));
  for (const path of paths) {
    const text = await readFile(root + path, "utf8");
    const written = versionedText(path, text, change);
    if (written !== text) await writeFile(root + path, written);
  }
  execFileSync(process.execPath, ["infra/build.ts", "--openapi"], { cwd: root, stdio: "inherit" });
  execFileSync("npm", ["run", "--silent", "chart"], { cwd: root, stdio: "inherit" });
  git("add", "--update", "CHANGELOG.md", "README.md", "functions", "infra", "src");
}
