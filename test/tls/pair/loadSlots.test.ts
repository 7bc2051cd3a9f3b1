import { execFileSync } from "node:child_process";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { loadSlots } from "../../../src/tls/pair/loadSlots.ts";
import { TlsMetrics } from "../../../src/tls/TlsMetrics.ts";
import { memoryLog } from "../../gate/gateCall.ts";
import { PairFolder } from "../PairFolder.ts";
import { makePair } from "../testPki.ts";

const folder = new PairFolder();
const renewingFile = join(folder.path, "renewing");
afterAll(() => folder.remove());

it.each<[string, (path: string) => unknown, string]>([
  ["what it says", (path) => writeFileSync(path, "true\n"), "true\n"],
  ["the start of what is long", (path) => writeFileSync(path, "7".repeat(100_000)), "7".repeat(256)],
  ["nothing where it is empty", (path) => writeFileSync(path, ""), ""],
  ["nothing where it is not there", () => {}, ""],
  ["nothing where it is a pipe, which is not waited for", (path) => execFileSync("mkfifo", [path]), ""],
  ["nothing where it is a device, which has no end", (path) => symlinkSync("/dev/zero", path), ""],
])("of the file that tells of renewals: %s", async (_what, make, renewal) => {
  folder.write(await makePair());
  rmSync(renewingFile, { force: true });
  make(renewingFile);
  const deps = { log: memoryLog(), metrics: new TlsMetrics(), now: Date.now };
  const options = { ...deps, main: folder.paths(), rules: { hosts: [], allowLeafOnly: false }, renewingFile };
  expect(await loadSlots(options)).toMatchObject({ renewal, slots: { main: { chain: expect.anything() } } });
});
