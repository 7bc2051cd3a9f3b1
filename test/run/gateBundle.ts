import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Metafile } from "esbuild";
import { bundleFunction, type FunctionName } from "../../infra/bundleFunction.ts";
import { bundleContainer } from "../../infra/container/bundleContainer.ts";
import { onceForRun } from "./onceForRun.ts";

const FILE = "bundle.mjs";
const METAFILE = "metafile.json";

/** A bundle and esbuild's metafile, which lists the inputs. */
export interface MadeBundle {
  readonly text: string;
  readonly metafile: Metafile;
}

/**
 * The text of a function's bundle, built once per run. `gate` is the path of a gate that replaces `functions/gate.ts`.
 */
export async function gateBundle(name: FunctionName, gate?: string): Promise<string> {
  return (await madeGateBundle(name, gate)).text;
}

/** Like {@link gateBundle}, with the metafile. */
export async function madeGateBundle(name: FunctionName, gate?: string): Promise<MadeBundle> {
  return read(await gateFolder(name, gate));
}

/** The text of the container image's bundle, built once per run. */
export async function containerBundle(): Promise<string> {
  return (await madeContainerBundle()).text;
}

/** Like {@link containerBundle}, with the metafile. */
export async function madeContainerBundle(): Promise<MadeBundle> {
  return read(await containerFolder());
}

function gateFolder(name: FunctionName, gate: string | undefined): Promise<string> {
  const hash = createHash("sha256")
    .update(gate ?? "")
    .digest("hex")
    .slice(0, 12);
  return onceForRun(`bundle-${name}-${hash}`, async (folder) => {
    const { text, bundle } = await bundleFunction(name, gate);
    await write(folder, text, bundle.metafile);
  });
}

function containerFolder(): Promise<string> {
  return onceForRun("bundle-container", async (folder) => {
    const { text, bundle } = await bundleContainer();
    await write(folder, text, bundle.metafile);
  });
}

async function write(folder: string, text: string, metafile: Metafile): Promise<void> {
  await writeFile(join(folder, FILE), text);
  await writeFile(join(folder, METAFILE), JSON.stringify(metafile));
}

function read(folder: string): MadeBundle {
  const metafile: Metafile = JSON.parse(readFileSync(join(folder, METAFILE), "utf8"));
  return { text: readFileSync(join(folder, FILE), "utf8"), metafile };
}
