import { describe, expect, it, vi } from "vitest";
import type { Cluster } from "../../../src/gate/config/Cluster.ts";
import { ClusterDirectory } from "../../../src/gate/config/ClusterDirectory.ts";
import { denyLabels } from "../../../src/policies/labels/denyLabels.ts";
import { memoryLog } from "../gateCall.ts";

const policies = [denyLabels()];

function directory(lookup: (name: string, signal: AbortSignal) => Promise<Cluster | undefined>) {
  const clock = { now: 1_000_000 };
  const log = memoryLog();
  return { clock, log, clusters: new ClusterDirectory(lookup, policies, { now: () => clock.now, log }) };
}

describe("a lookup", () => {
  it("is asked once for each of 3,000 clusters, and not again while the answers are fresh", async () => {
    const lookup = vi.fn(
      async (name: string): Promise<Cluster> => ({ mode: name.endsWith("7") ? "audit" : "enforce" }),
    );
    const { clusters } = directory(lookup);
    const names = Array.from({ length: 3000 }, (_, index) => `cluster-${index}`);
    for (let round = 0; round < 3; round += 1) {
      const found = await Promise.all(names.map((name) => clusters.find(name)));
      expect(found.map((settings) => settings?.modeOf("deny-labels"))).toEqual(
        names.map((name) => (name.endsWith("7") ? "audit" : "enforce")),
      );
    }
    expect(lookup).toHaveBeenCalledTimes(3000);
  });

  it("is shared by calls at one time for one name", async () => {
    const lookup = vi.fn(async (): Promise<Cluster> => ({}));
    const { clusters } = directory(lookup);
    await Promise.all(Array.from({ length: 50 }, () => clusters.find("one")));
    expect(lookup).toHaveBeenCalledTimes(1);
  });

  it("is asked again after a minute, so that a changed mode and a removed cluster are noticed", async () => {
    let answer: Cluster | undefined = { mode: "audit" };
    const { clock, clusters } = directory(async () => answer);
    expect((await clusters.find("one"))?.modeOf("deny-labels")).toBe("audit");
    answer = { mode: "enforce" };
    clock.now += 59_000;
    expect((await clusters.find("one"))?.modeOf("deny-labels")).toBe("audit");
    clock.now += 2_000;
    expect((await clusters.find("one"))?.modeOf("deny-labels")).toBe("enforce");
    answer = undefined;
    clock.now += 61_000;
    expect(await clusters.find("one")).toBeUndefined();
  });

  it.each([
    ["rejects", () => Promise.reject(new Error("KV is down"))],
    ["gives what is no cluster", () => Promise.resolve({ mode: "lax" } as never)],
    ["gives an unknown key", () => Promise.resolve({ mod: "enforce" } as never)],
  ])("that %s leaves the last good settings in force, and is tried again soon", async (_name, fail) => {
    let lookup: () => Promise<Cluster | undefined> = async () => ({ mode: "audit" });
    const asked = vi.fn(() => lookup());
    const { clock, log, clusters } = directory(asked);
    await clusters.find("one");
    lookup = fail;
    clock.now += 61_000;
    expect((await clusters.find("one"))?.modeOf("deny-labels")).toBe("audit");
    expect(log.lines).toMatchObject([{ level: "error", properties: { cluster: "one", kept: true } }]);
    clock.now += 1_000;
    await clusters.find("one");
    expect(asked).toHaveBeenCalledTimes(2);
    clock.now += 5_000;
    lookup = async () => ({ mode: "warn" });
    expect((await clusters.find("one"))?.modeOf("deny-labels")).toBe("warn");
    await expect(directory(fail).clusters.find("other")).rejects.toMatchObject({ code: "cluster-lookup-failed" });
  });

  it("that does not answer is given up, and its signal aborts", async () => {
    vi.useFakeTimers();
    try {
      let aborted: AbortSignal | undefined;
      const { clusters } = directory((_name, signal) => {
        aborted = signal;
        return new Promise(() => undefined);
      });
      const finding = Promise.resolve(clusters.find("one")).catch((error: unknown) => error);
      await vi.advanceTimersByTimeAsync(3_000);
      expect(await finding).toMatchObject({ code: "cluster-lookup-failed" });
      expect(aborted?.aborted).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  it("that hangs holds no call up for long where older settings will do", async () => {
    vi.useFakeTimers();
    try {
      let hangs = false;
      const { clock, clusters } = directory(() =>
        hangs ? new Promise(() => undefined) : Promise.resolve({ mode: "audit" }),
      );
      await clusters.find("one");
      hangs = true;
      clock.now += 61_000;
      const older = clusters.find("one");
      await vi.advanceTimersByTimeAsync(500);
      expect((await older)?.modeOf("deny-labels")).toBe("audit");
    } finally {
      vi.useRealTimers();
    }
  });

  it("that was dropped with its call is not waited for by later ones", async () => {
    let asked = 0;
    const { clock, clusters } = directory(() => {
      asked += 1;
      return asked === 1 ? new Promise(() => undefined) : Promise.resolve({ mode: "warn" });
    });
    void Promise.resolve(clusters.find("one")).catch(() => undefined);
    clock.now += 4_000;
    expect((await clusters.find("one"))?.modeOf("deny-labels")).toBe("warn");
  });

  it("is not asked for names that cannot be a cluster's, and rarely for strangers", async () => {
    const lookup = vi.fn(async () => undefined);
    const { clusters } = directory(lookup);
    for (const name of ["", "-a", "A", "a b", "a/b", "__proto__", "x".repeat(300)])
      expect(await clusters.find(name)).toBeUndefined();
    expect(lookup).not.toHaveBeenCalled();
    for (let round = 0; round < 10; round += 1) expect(await clusters.find("stranger")).toBeUndefined();
    expect(lookup).toHaveBeenCalledTimes(1);
  });

  it("keeps a bounded number of clusters, and a scan of made-up names drives none out", async () => {
    const lookup = vi.fn(
      async (name: string): Promise<Cluster | undefined> => (name.startsWith("real") ? {} : undefined),
    );
    const { clusters } = directory(lookup);
    await clusters.find("real-first");
    for (let index = 0; index < 6000; index += 1) await clusters.find(`fake-${index}`);
    lookup.mockClear();
    await clusters.find("real-first");
    expect(lookup).not.toHaveBeenCalled();
    for (let index = 0; index < 4096; index += 1) await clusters.find(`real-${index}`);
    lookup.mockClear();
    await clusters.find("real-first");
    expect(lookup).toHaveBeenCalledTimes(1);
  });
});

it("a table answers without waiting", () => {
  const clusters = new ClusterDirectory({ local: { modes: { "deny-labels": "warn" } } }, policies, {
    now: Date.now,
    log: memoryLog(),
  });
  expect(clusters.find("local")).toMatchObject({ cluster: "local" });
  expect(clusters.find("constructor")).toBeUndefined();
});
