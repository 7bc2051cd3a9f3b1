import { existsSync } from "node:fs";
import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { InputFault } from "../terminal/InputFault.ts";
import { readFault } from "../terminal/readFault.ts";
import { type IgnoreReason, IgnoreRules } from "./IgnoreRules.ts";
import { KUSTOMIZATION_FILES, KUSTOMIZE_INPUT, kustomizeInputs } from "./kustomizeInputs.ts";
import { type NotManifest, notManifestByName } from "./notManifest.ts";

const ENDINGS = /\.(ya?ml|json)$/i;

/** A file to read. `isNamed`: it was named itself, not found in a folder. */
export interface InputFile {
  /** `-` stands for standard input. */
  readonly path: string;
  readonly isNamed: boolean;
}

/** A path that is not read. Folders are skipped only by ignore rules. */
export interface SkippedPath extends NotManifest {
  readonly file: string;
  readonly why: IgnoreReason | "not a manifest";
}

/** What is below some paths. */
export interface InputFiles {
  readonly files: readonly InputFile[];
  readonly faults: readonly InputFault[];
  readonly skipped: readonly SkippedPath[];
}

/**
 * Lists the files to read, in order, and a fault for each path without files. In a folder, these are the files that end
 * as YAML or JSON, without those that ignore rules or their place exclude. A file that is named is always read.
 */
export async function findInputFiles(paths: readonly string[]): Promise<InputFiles> {
  const named = new Map<string, boolean>();
  const faults: InputFault[] = [];
  const skipped = new Map<string, SkippedPath>();
  for (const path of paths) {
    if (path === "-") named.set(path, true);
    else if (path === "") faults.push({ file: '""', message: "an empty path was given; name a file, a folder, or -" });
    else {
      const walk = new Walk();
      await walk.start(path);
      const files = await walk.withoutPatches();
      if (files.length === 0 && walk.faults.length === 0 && walk.skipped.length === 0)
        faults.push({ file: path, message: "contains no .yaml, .yml or .json file" });
      for (const file of files.sort()) named.set(file, named.get(file) === true || walk.isNamed(file));
      faults.push(...walk.faults);
      for (const skip of walk.skipped) skipped.set(skip.file, skip);
    }
  }
  return {
    files: [...named].map(([path, isNamed]) => ({ path, isNamed })),
    faults,
    skipped: [...skipped.values()].filter(({ file }) => !named.has(file)),
  };
}

/** The walk below one path. */
class Walk {
  readonly faults: InputFault[] = [];
  readonly skipped: SkippedPath[] = [];
  /** By their real paths, so that a file is read once, and under its own path rather than that of a link. */
  readonly #files = new Map<string, string>();
  /**
   * Real paths, so that a folder is read once: several links may lead to it (a mounted ConfigMap), or a link to its
   * parent.
   */
  readonly #folders = new Set<string>();
  readonly #kustomizations: string[] = [];
  #named = "";

  async start(path: string): Promise<void> {
    this.#named = path;
    await this.#visit(path, undefined, false);
  }

  isNamed(file: string): boolean {
    return file === this.#named;
  }

  /** The files without those that a kustomization among them uses as patches. These are skipped. */
  async withoutPatches(): Promise<string[]> {
    const uses = new Map<string, string>();
    for (const file of this.#kustomizations)
      for (const input of await kustomizeInputs(file)) if (!uses.has(input)) uses.set(input, dirname(file));
    return [...this.#files.values()].filter((file) => {
      const folder = this.isNamed(file) ? undefined : uses.get(resolve(file));
      if (folder === undefined) return true;
      this.#skip(file, { reason: KUSTOMIZE_INPUT, render: { tool: "kustomize", folder } });
      return false;
    });
  }

  /** `rules` is undefined for the path that was named. `hasChart`: the folder of the path is a Helm chart. */
  async #visit(path: string, rules: IgnoreRules | undefined, hasChart: boolean): Promise<void> {
    const isNamed = rules === undefined;
    const isInput = isNamed || ENDINGS.test(path);
    try {
      const stats = await stat(path);
      const isFolder = stats.isDirectory();
      const ignored = rules?.reasonFor(resolve(path), isFolder);
      if (ignored !== undefined) {
        // The folder of git is in every repository.
        if ((isFolder || isInput) && basename(path) !== ".git")
          this.skipped.push({ file: path, why: ignored, reason: ignored });
      } else if (isFolder) await this.#visitFolder(path, rules);
      // Such as a pipe, which may never end. One that is named is read: the shell makes one of <(...).
      else if (isInput && !isNamed && !stats.isFile()) this.#skip(path, { reason: "not a regular file" });
      else if (isInput) await this.#visitFile(path, isNamed, hasChart);
    } catch (error) {
      // A dangling link is a fault only when it was named, or its name ends as a manifest.
      if (isInput || !isMissing(error)) this.faults.push({ file: path, message: readFault(error) });
    }
  }

  async #visitFolder(path: string, rules: IgnoreRules | undefined): Promise<void> {
    const real = await realpath(path);
    if (this.#folders.has(real)) return;
    this.#folders.add(real);
    const onFault = ({ file, ...fault }: InputFault): void =>
      void this.faults.push({ ...fault, file: isAbsolute(this.#named) ? file : relative(process.cwd(), file) });
    const inside = await (rules ?? (await outerRules(resolve(path), onFault))).within(resolve(path), onFault);
    const entries = (await readdir(path, { withFileTypes: true })).sort((left, right) =>
      left.name < right.name ? -1 : 1,
    );
    const kustomization = entries.find(({ name }) => KUSTOMIZATION_FILES.has(name));
    if (kustomization !== undefined) this.#kustomizations.push(join(path, kustomization.name));
    const hasChart = entries.some(({ name }) => name === "Chart.yaml");
    for (const entry of entries) {
      const file = join(path, entry.name);
      if (entry.isFile()) this.#visitPlainFile(file, join(real, entry.name), inside, hasChart);
      else await this.#visit(file, inside, hasChart);
    }
  }

  /** A regular file that no link leads to: nothing has to be asked of it, for there may be ten thousand. */
  #visitPlainFile(path: string, real: string, rules: IgnoreRules, hasChart: boolean): void {
    if (!ENDINGS.test(path)) return;
    const ignored = rules.reasonFor(resolve(path), false);
    const other = notManifestByName(path, hasChart);
    if (ignored !== undefined) this.skipped.push({ file: path, why: ignored, reason: ignored });
    else if (other !== undefined) this.#skip(path, other);
    // Under its own path rather than that of a link.
    else this.#files.set(real, path);
  }

  async #visitFile(path: string, isNamed: boolean, hasChart: boolean): Promise<void> {
    const other = isNamed ? undefined : notManifestByName(path, hasChart);
    if (other !== undefined) this.#skip(path, other);
    else {
      const real = await realpath(path);
      const before = this.#files.get(real);
      if (before === undefined || !(await lstat(path)).isSymbolicLink()) this.#files.set(real, path);
    }
  }

  #skip(file: string, other: NotManifest): void {
    this.skipped.push({ file, why: "not a manifest", ...other });
  }
}

/**
 * The rules of the folders above a folder that is read: from the root of its repository, else from the current folder when
 * that is above it.
 */
async function outerRules(folder: string, onFault: (fault: InputFault) => void): Promise<IgnoreRules> {
  const above: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    above.unshift(at);
    if (existsSync(join(at, ".git"))) break;
    if (dirname(at) === at) {
      above.splice(0, above.length, ...below(process.cwd(), folder));
      break;
    }
  }
  let rules = IgnoreRules.below(folder);
  for (const at of above) if (at !== folder) rules = await rules.within(at, onFault);
  return rules.admitting(folder);
}

/** The folders from one down to another, without the last; none when it is not above it. */
function below(top: string, folder: string): string[] {
  const inside = relative(top, folder);
  if (inside === "" || inside.startsWith("..") || resolve(top, inside) !== folder) return [];
  const parts = inside.split(sep);
  return parts.map((_, index) => join(top, ...parts.slice(0, index)));
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ELOOP");
}
