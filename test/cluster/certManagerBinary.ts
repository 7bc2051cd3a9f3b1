import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { patience } from "../run/speedFactor.ts";
import { type BuildEnv, goBuild } from "./goBuild.ts";

const run = promisify(execFile);
const FOLDER = fileURLToPath(new URL("certmanager", import.meta.url));
const MODULE = "github.com/cert-manager/cert-manager";
/** In milliseconds, on the reference machine. */
const PATIENCE = 30_000;

/** What of cert-manager is kept. Paths. */
export interface CertManagerFiles {
  /** Its controller. */
  readonly binary: string;
  /** A folder of its CustomResourceDefinitions, as they are in its Helm chart: templates. */
  readonly definitions: string;
}

/**
 * Cert-manager's controller and its CustomResourceDefinitions, of the version that certmanager/go.mod names. Built by the
 * first call, which says so through `progress`, and kept. Throws ClusterUnavailableError.
 */
export async function certManagerBinary(
  progress: (line: string) => void,
  env: BuildEnv = process.env,
): Promise<CertManagerFiles> {
  const folder = await goBuild({
    name: "certmanager",
    what: "cert-manager: a minute or two",
    module: FOLDER,
    args: ["-ldflags", "-s -w"],
    target: ".",
    sources: readdirSync(FOLDER),
    async complete(unfinished) {
      const list = ["list", "-m", "-f", "{{.Dir}}", MODULE];
      const { stdout } = await run("go", list, { cwd: FOLDER, env, timeout: patience(PATIENCE) });
      await cp(join(stdout.trim(), "deploy", "crds"), join(unfinished, "crds"), { recursive: true });
    },
    progress,
    env,
  });
  return { binary: join(folder, "certmanager"), definitions: join(folder, "crds") };
}
