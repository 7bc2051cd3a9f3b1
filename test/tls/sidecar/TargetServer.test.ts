import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Registry } from "prom-client";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LoadedPair } from "../../../src/tls/pair/LoadedPair.ts";
import { loadPair } from "../../../src/tls/pair/loadPair.ts";
import { pairInfo } from "../../../src/tls/pair/PairInfo.ts";
import { OutputFolder } from "../../../src/tls/sidecar/OutputFolder.ts";
import { ReloadMetrics } from "../../../src/tls/sidecar/ReloadMetrics.ts";
import type { ReloadOutcome } from "../../../src/tls/sidecar/ReloadWay.ts";
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
let told: number;

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
  [now, outcomes, told] = [NOW, [], 0];
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const info = (pair: LoadedPair): ReturnType<typeof pairInfo> => pairInfo("main", pair);
const DOWN: ReloadOutcome = { result: "down", message: "gone" };
const FAILED: ReloadOutcome = { result: "failed", message: "no" };

/** Not asked what it serves: what is told is known by what it answers. */
async function target(): Promise<{ place: TargetServer; folder: OutputFolder }> {
  const folder = await OutputFolder.open(join(parent, "tls"), 0o600);
  const tell = async (): Promise<ReloadOutcome> => {
    told += 1;
    return outcomes.shift() ?? { result: "told" };
  };
  const metrics = new ReloadMetrics(new Registry());
  return {
    folder,
    place: new TargetServer({ folder, tell, probe: undefined, metrics, log: memoryLog(), now: () => now }),
  };
}

/** The first pair is in place, and known to serve. */
async function serving(): ReturnType<typeof target> {
  const made = await target();
  expect(await made.place.put(first, info(first))).toBeUndefined();
  expect(await made.place.check(first)).toBeUndefined();
  told = 0;
  return made;
}

describe("a server that cannot be told", () => {
  it.each([DOWN, FAILED])(
    "at the first start, $result: the pair is there for it all the same, and it is tried again",
    async (outcome) => {
      const { place, folder } = await target();
      outcomes = [outcome];
      expect(await place.put(first, info(first))).toMatchObject({ code: "target-down" });
      expect([await folder.inForce(), await folder.lastGood()]).toEqual([first.hash, undefined]);
      expect(await place.put(first, info(first))).toBeUndefined();
      expect(await place.check(first)).toBeUndefined();
      expect(await folder.knownGood()).toBe(first.hash);
    },
  );

  it("later: the pair before stays in the folder while it is in its time", async () => {
    const { place, folder } = await serving();
    outcomes = [DOWN, DOWN];
    expect(await place.put(second, info(second))).toEqual({ code: "target-down", message: "gone" });
    expect(await folder.inForce()).toBe(first.hash);
    now = NOW + 31 * DAY;
    expect(await place.put(second, info(second))).toEqual({ code: "target-down", message: "gone" });
    expect(await folder.inForce()).toBe(second.hash);
  });

  it("and whose reload fails: the check says so, and what is put back is told", async () => {
    const { place, folder } = await serving();
    outcomes = [FAILED];
    expect(await place.put(second, info(second))).toBeUndefined();
    expect(await place.check(second)).toMatchObject({ code: "reload-failed", message: expect.stringMatching(/: no$/) });
    expect(await place.putBack(first, info(first))).toEqual({ isProven: true });
    expect([await folder.inForce(), told]).toEqual([first.hash, 2]);
    outcomes = [FAILED];
    expect(await place.putBack(first, info(first))).toEqual({ isProven: false });
  });
});

it("what is known to serve is not told again", async () => {
  const { place } = await serving();
  expect(await place.put(first, info(first))).toBeUndefined();
  expect(told).toBe(0);
});

it("a folder that cannot be written is nobody's fault but its own", async () => {
  const { place, folder } = await serving();
  rmSync(folder.path, { recursive: true });
  writeFileSync(folder.path, "");
  const fault = { code: "not-written", message: `${folder.path}: cannot be written (ENOTDIR)` };
  expect(await place.put(second, info(second))).toEqual(fault);
  expect(await place.putBack(first, info(first))).toEqual({ fault, isProven: false });
  expect(told).toBe(0);
});
