import { readFile } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import ignore, { type Ignore } from "ignore";
import type { InputFault } from "../terminal/InputFault.ts";
import { readFault } from "../terminal/readFault.ts";

/** The file with patterns in the syntax of gitignore(5). */
export const IGNORE_FILE = ".posternignore";

/** Why a path is skipped. `hidden`: its name begins with a dot, or it is `node_modules`. */
export type IgnoreReason = "hidden" | "ignored";

interface Level {
  readonly folder: string;
  readonly rules: Ignore;
  readonly reason: IgnoreReason;
}

/**
 * The rules of all `.posternignore` files from an outer folder down to the folder that is read, as git combines its
 * `.gitignore` files: the last matching pattern of the innermost file decides. Below all of them are two defaults, hidden
 * names and `node_modules`, which a pattern such as `!.deploy/` takes back.
 */
export class IgnoreRules {
  readonly #levels: readonly Level[];

  private constructor(levels: readonly Level[]) {
    this.#levels = levels;
  }

  /** The defaults, for paths below a folder. */
  static below(folder: string): IgnoreRules {
    return new IgnoreRules([{ folder, rules: ignore().add([".*", "node_modules/"]), reason: "hidden" }]);
  }

  /** These rules and those of the file in a folder, when there is one. A file that cannot be read is passed to `onFault`. */
  async within(folder: string, onFault: (fault: InputFault) => void): Promise<IgnoreRules> {
    const file = join(folder, IGNORE_FILE);
    try {
      const rules = ignore().add(await readFile(file, "utf8"));
      return new IgnoreRules([...this.#levels, { folder, rules, reason: "ignored" }]);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT"))
        onFault({ file, message: readFault(error) });
      return this;
    }
  }

  /** These rules without those that ignore the folder itself: a folder that is named is read. */
  admitting(folder: string): IgnoreRules {
    return new IgnoreRules(this.#levels.filter((level) => decision(level, folder, true) !== true));
  }

  /** Why a path is skipped; undefined for one that is read. The folders above it are read. */
  reasonFor(path: string, isFolder: boolean): IgnoreReason | undefined {
    for (const level of this.#levels.toReversed()) {
      const ignored = decision(level, path, isFolder);
      if (ignored !== undefined) return ignored ? level.reason : undefined;
    }
    return undefined;
  }
}

/** Whether the rules of a level ignore a path; undefined when no pattern matches. */
function decision(level: Level, path: string, isFolder: boolean): boolean | undefined {
  const { folder, rules, reason } = level;
  const inside = relative(folder, path);
  // The folder itself, and paths outside of it, which a link may lead to.
  if (inside === "" || inside === ".." || inside.startsWith(`..${sep}`)) return undefined;
  // The package also tests the folders above a path. These are read, so rules that ignore one were overruled.
  const parent = dirname(inside);
  if (reason === "ignored" && parent !== "." && rules.ignores(`${portable(parent)}/`)) return undefined;
  const name = reason === "hidden" ? basename(inside) : inside;
  const { ignored, unignored } = rules.test(portable(name) + (isFolder ? "/" : ""));
  if (ignored) return true;
  return unignored ? false : undefined;
}

function portable(path: string): string {
  return path.replaceAll(sep, "/");
}
