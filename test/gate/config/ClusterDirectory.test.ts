import { describe, expect, it, vi } from "vitest";
import type { Cluster } from "../../../src/gate/config/Cluster.ts";
import { ClusterDirectory } from "../../../src/gate/config/ClusterDirectory.ts";
import { ABSENT } from "../../../src/identity/Identity.ts";
import type { ClusterTier } from "../../../src/identity/IdentityTier.ts";
import { denyLabels } from "../../../src/policies/labels/denyLabels.ts";
import { memoryLog } from "../gateCall.ts";

const policies = [denyLabels()];

function directory(lookup: (name: string, signal: AbortSignal) => Promise<Cluster | undefined>) {
  const clock = { now: 1_000_000 };
  const log = memoryLog();
  return { clock, log, clusters: new ClusterDirectory(lookup, { policies, tiers: [] }, { now: () => clock.now, log }) };
}

const unused: ClusterTier = { identify: () => ABSENT };
const clusterWith = (issuer: string): Cluster => ({ identity: [{ tier: "jwt", issuer, subjects: ["a"] }] });

describe("ClusterDirectory with a lookup", () => {
  it("looks each of 3,000 clusters up once while the results are fresh", async () => {
    const lookup = vi.fn(
      async (name: string): Promise<Cluster> => ({ identity: "none", mode: name.endsWith("7") ? "audit" : "enforce" }),
    );
    const { clusters } = directory(lookup);
    const names = Array.from({ length: 3000 }, (_, index) => `cluster-${index}`);
    for (let round = 0; round < 3; round += 1) {
      const found: Awaited<ReturnType<typeof clusters.find>>[] = [];
      for (let at = 0; at < names.length; at += 500)
        found.push(...(await Promise.all(names.slice(at, at + 500).map((name) => clusters.find(name)))));
      expect(found.map((settings) => settings?.modeOf("deny-labels"))).toEqual(
        names.map((name) => (name.endsWith("7") ? "audit" : "enforce")),
      );
    }
    expect(lookup).toHaveBeenCalledTimes(3000);
  });

  it("shares one lookup between concurrent calls for the same name", async () => {
    const lookup = vi.fn(async (): Promise<Cluster> => ({ identity: "none" }));
    const { clusters } = directory(lookup);
    await Promise.all(Array.from({ length: 50 }, () => clusters.find("one")));
    expect(lookup).toHaveBeenCalledTimes(1);
  });

  it("looks a cluster up again after a minute, and notices a changed mode and a removed cluster", async () => {
    let answer: Cluster | undefined = { identity: "none", mode: "audit" };
    const { clock, clusters } = directory(async () => answer);
    expect((await clusters.find("one"))?.modeOf("deny-labels")).toBe("audit");
    answer = { identity: "none", mode: "enforce" };
    clock.now += 59_000;
    expect((await clusters.find("one"))?.modeOf("deny-labels")).toBe("audit");
    clock.now += 2_000;
    expect((await clusters.find("one"))?.modeOf("deny-labels")).toBe("enforce");
    answer = undefined;
    clock.now += 61_000;
    expect(await clusters.find("one")).toBeUndefined();
  });

  it.each<[what: string, change: (cluster: Cluster) => Cluster, isSame: boolean]>([
    ["the same object", (cluster) => cluster, true],
    ["an equal one", (cluster) => structuredClone(cluster), true],
    ["another mode", (cluster) => ({ ...cluster, mode: "audit" }), true],
    ["another tier", () => ({ identity: "none" }), false],
    ["another setting of a tier", () => clusterWith("other"), false],
    ["another setting in the same object", (cluster) => Object.assign(cluster, clusterWith("other")), false],
  ])("keeps the identity of a cluster when the lookup finds %s: %j", async (_, change, isSame) => {
    let answer = clusterWith("one");
    const tier = { name: "jwt" as const, check: () => undefined, start: () => ({ forCluster: () => unused }) };
    const parts = { policies, tiers: [tier] };
    const clock = { now: 1_000_000 };
    const clusters = new ClusterDirectory(async () => answer, parts, { now: () => clock.now, log: memoryLog() });
    const first = await clusters.find("one");
    answer = change(answer);
    clock.now += 61_000;
    const second = await clusters.find("one");
    expect(second).not.toBe(first);
    expect(second?.identity === first?.identity).toBe(isSame);
    expect(second?.modeOf("deny-labels")).toBe(answer.mode ?? "enforce");
  });

  it.each([
    ["rejects", () => Promise.reject(new Error("KV is down"))],
    ["resolves to an invalid mode", () => Promise.resolve({ identity: "none", mode: "lax" } as never)],
    ["resolves to an unknown key", () => Promise.resolve({ mod: "enforce" } as never)],
  ])("keeps the last good settings when the lookup %s, and looks up again after 5 s", async (_name, fail) => {
    let lookup: () => Promise<Cluster | undefined> = async () => ({ identity: "none", mode: "audit" });
    const counted = vi.fn(() => lookup());
    const { clock, log, clusters } = directory(counted);
    await clusters.find("one");
    lookup = fail;
    clock.now += 61_000;
    expect((await clusters.find("one"))?.modeOf("deny-labels")).toBe("audit");
    expect(log.lines).toMatchObject([{ level: "error", properties: { cluster: "one", kept: true } }]);
    clock.now += 1_000;
    await clusters.find("one");
    expect(counted).toHaveBeenCalledTimes(2);
    clock.now += 5_000;
    lookup = async () => ({ identity: "none", mode: "warn" });
    expect((await clusters.find("one"))?.modeOf("deny-labels")).toBe("warn");
    await expect(directory(fail).clusters.find("other")).rejects.toMatchObject({ code: "cluster-lookup-failed" });
  });

  it("rejects after 3 s when the lookup does not answer, and aborts its signal", async () => {
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

  it("returns older settings after 500 ms when the lookup does not answer", async () => {
    vi.useFakeTimers();
    try {
      let hangs = false;
      const { clock, clusters } = directory(() =>
        hangs ? new Promise(() => undefined) : Promise.resolve({ identity: "none", mode: "audit" }),
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

  it("starts a new lookup when an older one never ends", async () => {
    let lookups = 0;
    const { clock, clusters } = directory(() => {
      lookups += 1;
      return lookups === 1 ? new Promise(() => undefined) : Promise.resolve({ identity: "none", mode: "warn" });
    });
    void Promise.resolve(clusters.find("one")).catch(() => undefined);
    clock.now += 4_000;
    expect((await clusters.find("one"))?.modeOf("deny-labels")).toBe("warn");
  });

  it("looks at most 512 unknown names up at one time, and known ones always", async () => {
    let answer: ((cluster: Cluster) => void) | undefined;
    let isSlow = false;
    const { clock, clusters } = directory(
      () =>
        new Promise<Cluster>((resolve) => {
          if (isSlow) answer = resolve;
          else resolve({ identity: "none" });
        }),
    );
    await clusters.find("known");
    isSlow = true;
    for (let index = 0; index < 512; index += 1)
      Promise.resolve(clusters.find(`made-up-${index}`)).catch(() => undefined);
    await expect(clusters.find("another")).rejects.toMatchObject({ name: "GateError", code: "overloaded" });
    expect(await clusters.find("known")).toMatchObject({ cluster: "known" });
    clock.now += 60_000;
    // Its settings are old: they are looked up in spite of the others.
    const known = clusters.find("known");
    answer?.({ identity: "none" });
    expect(await known).toMatchObject({ cluster: "known" });
    // Lookups that never end are forgotten.
    isSlow = false;
    expect(await clusters.find("another")).toMatchObject({ cluster: "another" });
  });

  it("does not look up names that cannot be cluster names, and an unknown name only once in 5 s", async () => {
    const lookup = vi.fn(async () => undefined);
    const { clusters } = directory(lookup);
    for (const name of ["", "-a", "A", "a b", "a/b", "__proto__", "x".repeat(300)])
      expect(await clusters.find(name)).toBeUndefined();
    expect(lookup).not.toHaveBeenCalled();
    for (let round = 0; round < 10; round += 1) expect(await clusters.find("unknown")).toBeUndefined();
    expect(lookup).toHaveBeenCalledTimes(1);
  });

  it("caches at most 4,096 clusters, and a scan of invented names evicts no cluster", async () => {
    const lookup = vi.fn(
      async (name: string): Promise<Cluster | undefined> =>
        name.startsWith("real") ? { identity: "none" } : undefined,
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

it("ClusterDirectory with a table returns settings synchronously", () => {
  const clusters = new ClusterDirectory(
    { local: { identity: "none", modes: { "deny-labels": "warn" } } },
    { policies, tiers: [] },
    {
      now: Date.now,
      log: memoryLog(),
    },
  );
  expect(clusters.find("local")).toMatchObject({ cluster: "local" });
  expect(clusters.find("constructor")).toBeUndefined();
});
