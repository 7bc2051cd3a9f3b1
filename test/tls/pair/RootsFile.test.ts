import { writeFileSync } from "node:fs";
import { afterAll, expect, it } from "vitest";
import { RootsFile } from "../../../src/tls/pair/RootsFile.ts";
import { memoryLog } from "../../gate/gateCall.ts";
import { PairFolder } from "../PairFolder.ts";
import { intermediatePem, rootPem } from "../testPki.ts";

const folder = new PairFolder();
afterAll(() => folder.remove());
const path = `${folder.path}/ca.crt`;

it("RootsFile follows its file, keeps the last good roots, and logs a fault once", async () => {
  const log = memoryLog();
  const file = new RootsFile(path, log);
  await expect(file.read()).rejects.toMatchObject({ code: "missing" });
  const names = async (): Promise<string[]> => (await file.read()).map(({ subject }) => subject.short);
  writeFileSync(path, await rootPem());
  expect(await names()).toEqual(["Root"]);
  writeFileSync(path, (await rootPem()) + (await intermediatePem()));
  expect(await names()).toEqual(["Root", "Intermediate"]);
  writeFileSync(path, "rubbish");
  for (let read = 0; read < 3; read += 1) expect(await names()).toEqual(["Root", "Intermediate"]);
  expect(log.lines.map(({ properties }) => properties.code)).toEqual(["empty-bundle"]);
});
