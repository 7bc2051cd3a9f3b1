import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { withBindings } from "./withBindings.ts";

const run = promisify(execFile);
const root = new URL("../../../", import.meta.url);
const wrangler = join(createRequire(import.meta.url).resolve("wrangler/package.json"), "../bin/wrangler.js");

it("wrangler deploys with the bindings of records when they are uncommented", async () => {
  const folder = await mkdtemp(join(tmpdir(), "postern-wrangler-"));
  try {
    const config = withBindings(readFileSync(new URL("wrangler.toml", root), "utf8"));
    const main = fileURLToPath(new URL("functions/workerRecords.ts", root));
    expect(config).toContain('main = "functions/workerRecords.ts"');
    await writeFile(join(folder, "wrangler.toml"), config.replace("functions/workerRecords.ts", main));
    const { stdout } = await run(process.execPath, [wrangler, "deploy", "--dry-run"], {
      cwd: folder,
      env: { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_LOG_PATH: folder },
    });
    for (const binding of [
      "POSTERN_RECORDS (RecordsObject)",
      "POSTERN_RECORD_QUEUE",
      "POSTERN_RECORDS_BUCKET",
      "POSTERN_LATENCY_BUCKET",
      "POSTERN_RECORDS_KEEP_DAYS",
    ])
      expect(stdout).toContain(binding);
  } finally {
    await rm(folder, { recursive: true });
  }
});
