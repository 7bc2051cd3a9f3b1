import { rmSync, writeFileSync } from "node:fs";
import { afterEach, expect, it } from "vitest";
import { ClientRoots } from "../../../src/tls/client/ClientRoots.ts";
import { memoryLog } from "../../gate/gateCall.ts";
import { eventually } from "../../run/eventually.ts";
import { PairFolder } from "../PairFolder.ts";
import { intermediatePem, rootPem } from "../testPki.ts";

let folder: PairFolder;
let roots: ClientRoots | undefined;
afterEach(() => {
  roots?.stop();
  folder.remove();
});

const NEVER_MS = 3_600_000;
const names = (): string[] | undefined => roots?.roots.map(({ subject }) => subject.short);

async function start(pollMs: number) {
  folder = new PairFolder();
  const path = `${folder.path}/clients/ca.crt`;
  folder.swapVolume("clients", { "ca.crt": await rootPem() });
  const log = memoryLog();
  roots = await ClientRoots.load({ path, log, pollMs });
  await roots.watch();
  return { log, path, started: roots };
}

it.each<[how: string, pollMs: number, notice: () => unknown]>([
  ["its folder changes", NEVER_MS, () => undefined],
  ["it is polled", 20, () => undefined],
  ["SIGHUP arrives", NEVER_MS, () => process.emit("SIGHUP")],
])("ClientRoots follows its file when %s", async (_, pollMs, notice) => {
  await start(pollMs);
  expect(names()).toEqual(["Root"]);
  folder.swapVolume("clients", { "ca.crt": (await rootPem()) + (await intermediatePem()) });
  notice();
  await eventually("two CAs", () => names()?.length === 2 || undefined);
});

it("ClientRoots has the same list while the content is the same", async () => {
  const { started, log } = await start(NEVER_MS);
  const before = started.roots;
  folder.swapVolume("clients", { "ca.crt": before.map(({ pem }) => pem).join("# a comment\n") });
  await started.read();
  expect(started.roots).toBe(before);
  expect(log.lines).toEqual([]);
});

it("ClientRoots keeps the last good CAs while its file has a fault, and says so once", async () => {
  const { started, log, path } = await start(NEVER_MS);
  rmSync(path);
  await started.read();
  writeFileSync(path, "");
  await started.read();
  await started.read();
  expect(names()).toEqual(["Root"]);
  expect(log.lines.map(({ level, properties }) => [level, properties.code])).toEqual([
    ["error", "missing"],
    ["error", "empty"],
  ]);
});

it("ClientRoots does not start with a file that cannot be used", async () => {
  folder = new PairFolder();
  const path = `${folder.path}/ca.crt`;
  await expect(ClientRoots.load({ path, log: memoryLog() })).rejects.toMatchObject({ code: "missing" });
  writeFileSync(path, "rubbish");
  await expect(ClientRoots.load({ path, log: memoryLog() })).rejects.toMatchObject({ code: "empty-bundle" });
});

it("ClientRoots stops its watch", async () => {
  const before = process.listenerCount("SIGHUP");
  const { started } = await start(20);
  expect(process.listenerCount("SIGHUP")).toBe(before + 1);
  started.stop();
  expect(process.listenerCount("SIGHUP")).toBe(before);
});
