import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A Markdown file of the project. */
export interface Readme {
  /** From the project's folder. */
  readonly path: string;
  readonly text: string;
}

/** All Markdown files of the project that git does not ignore, sorted by path. */
export function readmes(): Readme[] {
  const names = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return [...new Set(names.split("\n"))]
    .filter((path) => path !== "")
    .sort()
    .flatMap((path) => {
      try {
        return [{ path, text: readFileSync(join(ROOT, path), "utf8") }];
      } catch {
        return [];
      }
    });
}
