import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

/**
 * Finds `prometheus` or `promtool` on PATH. Resolves to its path, or to undefined when there is none. Rejects when there is
 * none and `CI` is set, because CI must not skip tests.
 */
export async function installedTool(
  name: "prometheus" | "promtool",
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string | undefined> {
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    const path = join(folder, name);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (folder !== "" && isThere) return path;
  }
  if (env.CI) throw new Error(`CI is set, and there is no ${name} on PATH: install the package prometheus`);
  return undefined;
}
