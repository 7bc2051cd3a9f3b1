import { execFileSync } from "node:child_process";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadSlots } from "../../../src/tls/pair/loadSlots.ts";
import { TlsMetrics } from "../../../src/tls/TlsMetrics.ts";
import type { TlsOptions } from "../../../src/tls/TlsOptions.ts";
import { memoryLog } from "../../gate/gateCall.ts";
import { PairFolder } from "../PairFolder.ts";
import { makePair, rootPem } from "../testPki.ts";

const folder = new PairFolder();
const renewingFile = join(folder.path, "renewing");
const caFile = join(folder.path, "ca.crt");
afterAll(() => folder.remove());

function optionsWith(more: Partial<TlsOptions>): TlsOptions {
  const deps = { log: memoryLog(), metrics: new TlsMetrics(), now: Date.now };
  return { ...deps, main: folder.paths(), rules: { hosts: [], allowLeafOnly: false }, ...more };
}

describe("loadSlots", () => {
  it.each<[string, (path: string) => unknown, string]>([
    ["returns the content of the renewing file", (path) => writeFileSync(path, "true\n"), "true\n"],
    [
      "returns the first 256 characters of a long renewing file",
      (path) => writeFileSync(path, "7".repeat(100_000)),
      "7".repeat(256),
    ],
    ["reads an empty renewing file as an empty text", (path) => writeFileSync(path, ""), ""],
    ["reads a missing renewing file as an empty text", () => {}, ""],
    [
      "reads a pipe in place of the renewing file as an empty text, without waiting for it",
      (path) => execFileSync("mkfifo", [path]),
      "",
    ],
    [
      "reads an endless device in place of the renewing file as an empty text",
      (path) => symlinkSync("/dev/zero", path),
      "",
    ],
  ])("%s", async (_title, make, renewal) => {
    folder.write(await makePair());
    rmSync(renewingFile, { force: true });
    make(renewingFile);
    expect(await loadSlots(optionsWith({ renewingFile }))).toMatchObject({
      renewal,
      slots: { main: { chain: expect.anything() } },
    });
  });

  it("reads the roots of the CA file", async () => {
    writeFileSync(caFile, await rootPem());
    expect((await loadSlots(optionsWith({ caFile }))).roots).toMatchObject([{ subject: { short: "Root" } }]);
  });

  it("rejects a missing CA file on the first read", async () => {
    await expect(loadSlots(optionsWith({ caFile: "/nowhere/ca.crt" }))).rejects.toThrow(/ca\.crt: does not exist/);
  });
});
