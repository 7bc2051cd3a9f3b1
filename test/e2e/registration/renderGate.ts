import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { runPostern } from "../../cli/runPostern.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";

const run = promisify(execFile);
/** Path of the command, a script for Node. */
export const POSTERN = fileURLToPath(new URL("../../../src/cli/postern.ts", import.meta.url));

/** Input of `postern render`. */
export interface RenderInput {
  /** Path of the module that exports the gate. */
  readonly gate: string;
  readonly cluster?: string;
  readonly url: string;
  /** The trust bundle, in PEM. */
  readonly ca: string;
  /** Whether the registrations are handed to the sync. Default: false. */
  readonly sync?: boolean;
}

/** Runs `postern render` as a separate process. Resolves to its output. */
export function renderText(input: RenderInput, output: "yaml" | "json"): Promise<string> {
  return withArguments(input, output, async (args) => (await run(process.execPath, [POSTERN, ...args])).stdout);
}

/** Runs `postern render` in this process, which is faster. Resolves to the rendered objects. */
export function renderGate(input: RenderInput): Promise<KubeObject[]> {
  return withArguments(input, "json", async (args) => {
    const { code, out, err } = await runPostern(args);
    if (code !== 0) throw new Error(err);
    return JSON.parse(out).items;
  });
}

async function withArguments<T>(
  { gate, cluster = "e2e", url, ca, sync = false }: RenderInput,
  output: "yaml" | "json",
  call: (args: readonly string[]) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "postern-render-"));
  try {
    await writeFile(join(folder, "ca.pem"), ca);
    const args = ["render", "--gate", gate, "--cluster", cluster, "--url", url, "--ca", join(folder, "ca.pem")];
    return await call([...args, "--output", output, ...(sync ? ["--sync"] : [])]);
  } finally {
    await rm(folder, { recursive: true });
  }
}
