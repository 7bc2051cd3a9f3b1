import { isAbsolute, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";

/** Variables of pipelines that name the folder of the repository. */
const ROOTS = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"];

/** What {@link reportedPath} needs to know of the process. */
export interface ReportPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/**
 * The path of an input as a pipeline knows it: from the folder of the repository, where a variable of the pipeline names it
 * and the file is in it, and else from the working directory. With `/`. What is in neither stays absolute.
 */
export function reportedPath(file: string, { env, cwd }: ReportPlace): string {
  if (file === "(standard input)") return file;
  const whole = resolve(cwd, file);
  const roots = [...ROOTS.map((name) => env[name] ?? ""), cwd].filter((root) => isAbsolute(root));
  for (const root of roots) {
    const inside = relative(root, whole);
    if (inside !== "" && inside !== ".." && !inside.startsWith(`..${sep}`) && !isAbsolute(inside))
      return inside.replaceAll(sep, "/");
  }
  return whole.replaceAll(sep, "/");
}

/** A path as a URI reference (RFC 3986). */
export function uriOfPath(path: string): string {
  if (isAbsolute(path)) return pathToFileURL(path.toWellFormed()).href;
  return path.toWellFormed().split("/").map(encodeURIComponent).join("/");
}
