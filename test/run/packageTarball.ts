import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { onceForRun } from "./onceForRun.ts";
import { patience } from "./speedFactor.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * The path of the tarball that `npm pack` makes of this package, made once per run: `npm pack` empties `dist/` and builds
 * it, which two processes cannot do at the same time.
 */
export async function packageTarball(): Promise<string> {
  const folder = await onceForRun("package", async (to) => {
    await promisify(execFile)("npm", ["pack", "--silent", "--pack-destination", to], {
      cwd: ROOT,
      timeout: patience(150_000),
      maxBuffer: 1 << 26,
    });
  });
  const name = (await readdir(folder)).find((it) => it.endsWith(".tgz"));
  if (name === undefined) throw new Error("npm pack wrote no tarball");
  return join(folder, name);
}
