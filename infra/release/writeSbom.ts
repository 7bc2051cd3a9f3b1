import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runtimeSbom } from "./runtimeSbom.ts";

/** Writes what is in the package and in the images to the file in the first argument, as CycloneDX in JSON. */
const root = fileURLToPath(new URL("../..", import.meta.url));
const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("expected the path of the file to write");
const args = ["sbom", "--sbom-format", "cyclonedx", "--sbom-type", "application", "--package-lock-only"];
const text = execFileSync("npm", args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
const { name }: { name: string } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
const sbom = runtimeSbom(text, name);
writeFileSync(file, `${JSON.stringify(sbom, null, 2)}\n`);
process.stdout.write(`${file}: ${sbom.components.length} packages\n`);
