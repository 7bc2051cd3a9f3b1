import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Why images cannot be built here; undefined if they can. Throws when `CI` is set, because CI must not skip tests.
 */
export function missingTool(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const folders = (env.PATH ?? "").split(delimiter);
  const missing = ["buildah", "mmdebstrap", "runc"].filter((name) => !folders.some((it) => isProgram(join(it, name))));
  const isRoot = process.getuid?.() === 0;
  if (missing.length === 0 && isRoot) return undefined;
  const reason = missing.length > 0 ? `there is no ${missing.join(" and no ")} on PATH` : "this user is not root";
  if (env.CI) throw new Error(`CI is set, and the images cannot be built: ${reason}`);
  return reason;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
