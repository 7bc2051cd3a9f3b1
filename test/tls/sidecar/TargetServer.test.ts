import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Registry } from "prom-client";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LoadedPair } from "../../../src/tls/pair/LoadedPair.ts";
import { loadPair } from "../../../src/tls/pair/loadPair.ts";
import { pairInfo } from "../../../src/tls/pair/PairInfo.ts";
import { OutputFolder } from "../../../src/tls/sidecar/OutputFolder.ts";
import type { ReloadOutcome } from "../../../src/tls/sidecar/ReloadMethod.ts";
import { ReloadMetrics } from "../../../src/tls/sidecar/ReloadMetrics.ts";
import { TargetServer } from "../../../src/tls/sidecar/TargetServer.ts";
import { memoryLog } from "../../gate/gateCall.ts";
import { DAY, NOW } from "../../trust/makeCertificate.ts";
import { PairFolder } from "../PairFolder.ts";
import { makePair } from "../testPki.ts";

let first: LoadedPair;
let second: LoadedPair;
let parent: string;
let now: number;
let outcomes: ReloadOutcome[];
let reloads: number;

const load = async (pair: { cert: string; key: string }): Promise<LoadedPair> => {
  const folder = new PairFolder();
  folder.write(pair);
  return loadPair(folder.paths()).finally(() => folder.remove());
};
beforeAll(async () => {
  [first, second] = await Promise.all([load(await makePair()), load(await makePair({ key: "p256-c" }))]);
});
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "postern-target-"));
  [now, outcomes, reloads] = [NOW, [], 0];
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const info = (pair: LoadedPair): ReturnType<typeof pairInfo> => pairInfo("main", pair);
const DOWN: ReloadOutcome = { result: "down", message: "gone" };
const FAILED: ReloadOutcome = { result: "failed", message: "no" };

/** A server without a probe: the outcome of each reload is taken from `outcomes`. */
async function target(): Promise<{ server: TargetServer; folder: OutputFolder }> {
  const folder = await OutputFolder.open(join(parent, "tls"), 0o600);
  const reload = async (): Promise<ReloadOutcome> => {
    reloads += 1;
    return outcomes.shift() ?? { result: "triggered" };
  };
  const metrics = new ReloadMetrics(new Registry());
  return {
    folder,
    server: new TargetServer({ folder, reload, probe: undefined, metrics, log: memoryLog(), now: () => now }),
  };
}

/** A server that serves the first pair, confirmed by a check. */
async function serving(): ReturnType<typeof target> {
  const started = await target();
  expect(await started.server.install(first, info(first))).toBeUndefined();
  expect(await started.server.check(first)).toBeUndefined();
  reloads = 0;
  return started;
}

describe("TargetServer, when the reload does not succeed", () => {
  it.each([DOWN, FAILED])("writes the first pair although the reload is $result, and tries again", async (outcome) => {
    const { server, folder } = await target();
    outcomes = [outcome];
    expect(await server.install(first, info(first))).toMatchObject({ code: "target-down" });
    expect([await folder.currentHash(), await folder.lastGood()]).toEqual([first.hash, undefined]);
    expect(await server.install(first, info(first))).toBeUndefined();
    expect(await server.check(first)).toBeUndefined();
    expect(await folder.lastGoodHash()).toBe(first.hash);
  });

  it("says whether the server was told to reload, which decides on the pause before the next attempt", async () => {
    const { server } = await target();
    outcomes = [FAILED, DOWN];
    const fault = { code: "target-down", message: "no" };
    expect(await server.install(first, info(first))).toEqual({ ...fault, isReloadFailed: true });
    expect(await server.install(first, info(first))).toEqual({ ...fault, message: "gone" });
  });

  it("sees whether the server serves a pair by now, without a reload", async () => {
    const { server, folder } = await serving();
    expect([await server.serves(first), await server.serves(second)]).toEqual([true, false]);
    await folder.write(second, "main");
    expect([await server.serves(first), await server.serves(second)]).toEqual([false, false]);
    expect(reloads).toBe(0);
  });

  it("keeps the previous pair in the folder while it is valid and the server is down", async () => {
    const { server, folder } = await serving();
    outcomes = [DOWN, DOWN];
    expect(await server.install(second, info(second))).toEqual({ code: "target-down", message: "gone" });
    expect(await folder.currentHash()).toBe(first.hash);
    now = NOW + 31 * DAY;
    expect(await server.install(second, info(second))).toEqual({ code: "target-down", message: "gone" });
    expect(await folder.currentHash()).toBe(second.hash);
  });

  it("fails the check after a failed reload, and triggers a reload for the roll-back", async () => {
    const { server, folder } = await serving();
    outcomes = [FAILED];
    expect(await server.install(second, info(second))).toBeUndefined();
    expect(await server.check(second)).toMatchObject({
      code: "reload-failed",
      message: expect.stringMatching(/: no$/),
    });
    expect(await server.rollBack(first, info(first))).toEqual({ isConfirmed: true });
    expect([await folder.currentHash(), reloads]).toEqual([first.hash, 2]);
    outcomes = [FAILED];
    expect(await server.rollBack(first, info(first))).toEqual({ isConfirmed: false });
  });
});

it("TargetServer triggers no reload for a pair that is confirmed to serve", async () => {
  const { server } = await serving();
  expect(await server.install(first, info(first))).toBeUndefined();
  expect(reloads).toBe(0);
});

it("TargetServer reports a folder that cannot be written as not-written", async () => {
  const { server, folder } = await serving();
  rmSync(folder.path, { recursive: true });
  writeFileSync(folder.path, "");
  const fault = { code: "not-written", message: `${folder.path}: cannot be written (ENOTDIR)` };
  expect(await server.install(second, info(second))).toEqual(fault);
  expect(await server.rollBack(first, info(first))).toEqual({ fault, isConfirmed: false });
  expect(reloads).toBe(0);
});
