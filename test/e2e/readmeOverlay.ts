import { readFile } from "node:fs/promises";

const README = new URL("../../README.md", import.meta.url);
const FOLDER = "infra/kubernetes/overlays/production";
/** Services of the tests' cluster have addresses of loopback. */
const [ADDRESS, OF_CLUSTER] = [/\b10\.96\.0\.80\b/g, "127.96.0.99"];

/**
 * The files of the overlay that the README shows, by name: each is a block whose first line is its path. `kubernetes` is
 * where infra/kubernetes is from the folder that they are put in.
 */
export async function readmeOverlay(kubernetes: string): Promise<Record<string, string>> {
  const blocks = (await readFile(README, "utf8")).matchAll(/^```yaml\n# (\S+)\n([\s\S]*?)^```$/gm);
  const files: Record<string, string> = { "key.jwk": "{}" };
  for (const [, path = "", text = ""] of blocks) {
    if (!path.startsWith(`${FOLDER}/`)) continue;
    const moved = text.replaceAll("../../", `${kubernetes}/`);
    files[path.slice(FOLDER.length + 1)] = moved.replaceAll(ADDRESS, OF_CLUSTER);
  }
  return files;
}
