import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleFunction, type FunctionName } from "../../infra/bundleFunction.ts";
import { bundleContainer } from "../../infra/container/bundleContainer.ts";
import { onceForRun } from "./onceForRun.ts";

const FILE = "bundle.mjs";

/** The text of a function's bundle, with another gate than the repository's where `gate` is a path; built once for a run. */
export async function gateBundle(name: FunctionName, gate?: string): Promise<string> {
  const hash = createHash("sha256")
    .update(gate ?? "")
    .digest("hex")
    .slice(0, 12);
  const folder = await onceForRun(`bundle-${name}-${hash}`, async (folder) => {
    await writeFile(join(folder, FILE), (await bundleFunction(name, gate)).text);
  });
  return readFileSync(join(folder, FILE), "utf8");
}

/** The text of the image's one file; built once for a run. */
export async function containerBundle(): Promise<string> {
  const folder = await onceForRun("bundle-container", async (folder) => {
    await writeFile(join(folder, FILE), (await bundleContainer()).text);
  });
  return readFileSync(join(folder, FILE), "utf8");
}
