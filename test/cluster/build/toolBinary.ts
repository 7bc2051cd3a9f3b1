import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildEnv, goBuild } from "./goBuild.ts";

const FOLDER = fileURLToPath(new URL("../tools", import.meta.url));

/**
 * The path of a tool such as caddy: the one on PATH, or else one that is built from tools/go.mod and cached. Throws
 * ClusterUnavailableError.
 */
export async function toolBinary(
  name: "caddy",
  progress: (line: string) => void,
  env: BuildEnv = process.env,
): Promise<string> {
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    const path = join(folder, name);
    const isExecutable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (folder !== "" && isExecutable) return path;
  }
  const built = await goBuild({
    name: "tools",
    what: `${name}: takes one or two minutes`,
    module: FOLDER,
    args: ["-ldflags", "-s -w"],
    target: "tool",
    sources: ["go.mod", "go.sum"],
    progress,
    env,
  });
  return join(built, name);
}
