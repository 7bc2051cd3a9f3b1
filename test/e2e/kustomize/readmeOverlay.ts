import { readFile } from "node:fs/promises";

const README = new URL("../../../infra/kubernetes/README.md", import.meta.url);
const FOLDER = "infra/kubernetes/overlays/production";
/** The address in the README, and one in the Service range of the test clusters. */
const [ADDRESS, TEST_ADDRESS] = [/\b10\.96\.0\.80\b/g, "127.96.0.99"];

/**
 * Reads the files of the overlay in the README, by name. Each is a block whose first line is a comment with its path.
 * `kubernetes` is the path of infra/kubernetes relative to the folder of the overlay.
 */
export async function readmeOverlay(kubernetes: string): Promise<Record<string, string>> {
  const blocks = (await readFile(README, "utf8")).matchAll(/^```yaml\n# (\S+)\n([\s\S]*?)^```$/gm);
  const files: Record<string, string> = { "key.jwk": "{}" };
  for (const [, path = "", text = ""] of blocks) {
    if (!path.startsWith(`${FOLDER}/`)) continue;
    const moved = text.replaceAll("../../", `${kubernetes}/`);
    files[path.slice(FOLDER.length + 1)] = moved.replaceAll(ADDRESS, TEST_ADDRESS);
  }
  return files;
}
