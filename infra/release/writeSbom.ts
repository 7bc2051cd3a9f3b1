import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runtimeSbom } from "./runtimeSbom.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const SBOM = ["sbom", "--sbom-format", "cyclonedx", "--sbom-type", "application", "--package-lock-only"];

/** Writes what is in the package and in the images to a file, as CycloneDX in JSON. */
export function writeSbom(file: string): void {
  const text = execFileSync("npm", SBOM, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
  const { name }: { name: string } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  const sbom = runtimeSbom(text, name);
  writeFileSync(file, `${JSON.stringify(sbom, null, 2)}\n`);
  process.stdout.write(`${file}: ${sbom.components.length} packages\n`);
}
