import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../../package.json" with { type: "json" };
import { chartFiles } from "./chartFiles.ts";

const FOLDER = fileURLToPath(new URL("../helm/", import.meta.url));

/** `npm run chart`: writes the Helm chart in infra/helm. */
async function buildChart(): Promise<void> {
  await rm(`${FOLDER}templates`, { recursive: true, force: true });
  for (const [path, text] of Object.entries(chartFiles(manifest.version))) {
    await mkdir(dirname(`${FOLDER}${path}`), { recursive: true });
    await writeFile(`${FOLDER}${path}`, text);
  }
}

await buildChart();
