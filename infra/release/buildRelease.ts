import { checkRelease } from "./checkRelease.ts";
import { writeSbom } from "./writeSbom.ts";
import { writeVersion } from "./writeVersion.ts";

// `check TAG`, `sbom FILE` or `version`: what the workflow of releases and `npm version` run.
const [command, argument = "", ...more] = process.argv.slice(2);
if (command === "check" && argument !== "" && more.length === 0) process.exitCode = await checkRelease(argument);
else if (command === "sbom" && argument !== "" && more.length === 0) writeSbom(argument);
else if (command === "version" && argument === "") await writeVersion();
else {
  process.stderr.write("buildRelease.ts: expected check TAG, sbom FILE or version\n");
  process.exitCode = 2;
}
