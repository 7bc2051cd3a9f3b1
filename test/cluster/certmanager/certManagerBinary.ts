import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { patience } from "../../run/speedFactor.ts";
import { type BuildEnv, goBuild } from "../build/goBuild.ts";

const run = promisify(execFile);
const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const MODULE = "github.com/cert-manager/cert-manager";
/** On the reference machine. */
const PATIENCE_MS = 30_000;

/** Paths of cert-manager's files. */
export interface CertManagerFiles {
  /** The controller. */
  readonly binary: string;
  /** A folder with the CustomResourceDefinitions of the Helm chart, which are templates. */
  readonly definitions: string;
}

/**
 * cert-manager's controller and CustomResourceDefinitions, in the version of certmanager/go.mod. The first call builds
 * them and reports that to `progress`. The result is cached. Throws ClusterUnavailableError.
 */
export async function certManagerBinary(
  progress: (line: string) => void,
  env: BuildEnv = process.env,
): Promise<CertManagerFiles> {
  const folder = await goBuild({
    name: "certmanager",
    what: "cert-manager: takes one or two minutes",
    module: FOLDER,
    args: ["-ldflags", "-s -w"],
    target: ".",
    sources: readdirSync(FOLDER).filter((path) => /\.go$|^go\.(mod|sum)$/.test(path)),
    async complete(unfinished) {
      const list = ["list", "-m", "-f", "{{.Dir}}", MODULE];
      const { stdout } = await run("go", list, { cwd: FOLDER, env, timeout: patience(PATIENCE_MS) });
      await cp(join(stdout.trim(), "deploy", "crds"), join(unfinished, "crds"), { recursive: true });
    },
    progress,
    env,
  });
  return { binary: join(folder, "certmanager"), definitions: join(folder, "crds") };
}
