import { checkRelease } from "./checkRelease.ts";
import { writeSbom } from "./writeSbom.ts";
import { writeVersion } from "./writeVersion.ts";

// `check TAG`, `sbom FILE` or `version`: what the workflow of releases and `npm version` run.
const [command, argument] = process.argv.slice(2);
if (command === "check" && argument !== undefined) process.exitCode = await checkRelease(argument);
else if (command === "sbom" && argument !== undefined) writeSbom(argument);
else if (command === "version") await writeVersion();
else throw new Error("expected check TAG, sbom FILE or version");
