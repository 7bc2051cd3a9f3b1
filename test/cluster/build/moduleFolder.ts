import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import { patience } from "../../run/speedFactor.ts";

const run = promisify(execFile);
const PATIENCE_MS = 120_000;

/** A published Go module. */
export interface GoModule {
  readonly path: string;
  readonly version: string;
  /** The hash of its files, as in go.sum. */
  readonly sum: string;
}

/** The folder of a Go module's files, in the module cache. Downloads it when it is not there. Rejects when its hash is another one. */
export async function moduleFolder({ path, version, sum }: GoModule): Promise<string> {
  const { stdout } = await run("go", ["mod", "download", "-json", `${path}@${version}`], {
    cwd: tmpdir(),
    timeout: patience(PATIENCE_MS),
  });
  const answer: { readonly Dir?: string; readonly Sum?: string } = JSON.parse(stdout);
  if (answer.Sum !== sum || answer.Dir === undefined)
    throw new Error(`${path}@${version}: expected the hash ${sum}, got ${answer.Sum}`);
  return answer.Dir;
}
