import { execFileSync } from "node:child_process";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { bundleFunction } from "./bundleFunction.ts";
import { checkSources, formattedCheck } from "./checks/checkSources.ts";
import { bundleContainer } from "./container/bundleContainer.ts";
import { NOTICES_FILE, thirdPartyNotices } from "./notices/thirdPartyNotices.ts";
import { openapiDocument } from "./openapi/openapiDocument.ts";
import { RECORD_SCHEMA_FILE, recordJsonSchema } from "./records/recordJsonSchema.ts";

const path = (relative: string): string => fileURLToPath(new URL(`../${relative}`, import.meta.url));

/** Writes all build outputs: the generated checks, the OpenAPI document, the JSON Schema of records, the package in dist/, the bundles of functions/ and of the image, each with its notices. */
async function main(): Promise<void> {
  const { version } = JSON.parse(await readFile(path("package.json"), "utf8")) as { version: string };
  for (const source of checkSources) await writeIfChanged(path(`src/${source.file}`), formattedCheck(source));
  await writeIfChanged(path("src/gate/openapi.json"), `${JSON.stringify(openapiDocument(version), null, 2)}\n`);
  await writeIfChanged(path(RECORD_SCHEMA_FILE), `${JSON.stringify(recordJsonSchema(), null, 2)}\n`);
  if (process.argv.includes("--openapi")) return;
  await rm(path("dist"), { recursive: true, force: true });
  execFileSync(process.execPath, [path("node_modules/typescript/bin/tsc"), "-p", path("infra/tsconfig.build.json")], {
    stdio: "inherit",
  });
  for (const name of ["worker", "lambda", "node"] as const) {
    const { text, bundle } = await bundleFunction(name);
    const folder = name === "lambda" ? "infra/lambda/build" : "dist/functions";
    await writeBundle(`${folder}/${name}.mjs`, text);
    await writeFile(path(`${folder}/${name}.${NOTICES_FILE}`), await thirdPartyNotices(bundle.metafile));
  }
  const { text, bundle } = await bundleContainer();
  await writeBundle("dist/container/postern.mjs", text);
  await writeFile(path(`dist/container/postern.${NOTICES_FILE}`), await thirdPartyNotices(bundle.metafile));
}

async function writeBundle(file: string, text: string): Promise<void> {
  await mkdir(path(file.slice(0, file.lastIndexOf("/"))), { recursive: true });
  await writeFile(path(file), text);
  process.stdout.write(
    `${file}: ${kilobytes(text.length)} KB, ${kilobytes(gzipSync(text, { level: 9 }).length)} KB gzipped\n`,
  );
}

/** Writes a file in one step, because other processes may read it at the same time. A file with the same text is not written. */
async function writeIfChanged(file: string, text: string): Promise<void> {
  if ((await readFile(file, "utf8").catch(() => undefined)) === text) return;
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}

await main();
