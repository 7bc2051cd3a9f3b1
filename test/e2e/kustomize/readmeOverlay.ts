import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { runPostern } from "../../cli/runPostern.ts";

const KUBERNETES = new URL("../../../infra/kubernetes/", import.meta.url);
const CONFIG = /^```yaml\n# production\.yaml\n([\s\S]*?)^```$/m;
/** The address in the README, and one in the Service range of the test clusters. */
const [ADDRESS, TEST_ADDRESS] = [/\b10\.96\.0\.80\b/g, "127.96.0.99"];

/** Writes the overlay of the config in the README, below a folder. Resolves to its path. */
export async function readmeOverlay(within: string): Promise<string> {
  const [, config = ""] = CONFIG.exec(await readFile(new URL("README.md", KUBERNETES), "utf8")) ?? [];
  const folder = await mkdtemp(join(within, "readme-"));
  await writeFile(join(folder, "production.yaml"), config.replaceAll(ADDRESS, TEST_ADDRESS));
  const overlay = join(folder, "overlay");
  const manifests = relative(overlay, fileURLToPath(KUBERNETES));
  const files = ["--config", join(folder, "production.yaml"), "--out", overlay, "--manifests", manifests];
  const { code, err } = await runPostern(["install", "--kustomize", ...files]);
  if (code !== 0) throw new Error(err);
  return overlay;
}
