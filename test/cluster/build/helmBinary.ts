import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildEnv, goBuild } from "./goBuild.ts";

const FOLDER = fileURLToPath(new URL("../helm", import.meta.url));

/** The path of the real helm. The first call builds it from helm/go.mod. Throws ClusterUnavailableError. */
export async function helmBinary(progress: (line: string) => void, env: BuildEnv = process.env): Promise<string> {
  const folder = await goBuild({
    name: "helm",
    what: "helm: takes two to four minutes",
    module: FOLDER,
    args: ["-ldflags", "-s -w"],
    target: "tool",
    sources: ["go.mod", "go.sum"],
    progress,
    env,
  });
  return join(folder, "helm");
}
