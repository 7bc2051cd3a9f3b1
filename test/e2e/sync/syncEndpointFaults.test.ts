import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LastStep } from "../../../src/sync/plan/Step.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { type KeyPair, TestCa } from "../../cluster/TestCa.ts";
import { patience } from "../../run/speedFactor.ts";
import { type EdgeCa, edgeCa, SwitchingEdge } from "../edges/SwitchingEdge.ts";
import gate from "../gates/sync.ts";
import { runSyncInProcess, viewWithAddresses } from "./bed/runSyncInProcess.ts";
import { bundleSizes, CANARY, LEASE, MUTATING, SETTINGS, SyncBed, VALIDATING } from "./bed/SyncBed.ts";
import { shiftedClock } from "./bed/shiftedClock.ts";
import { configDuration } from "./bed/syncConfigFiles.ts";
import { TappedSync } from "./bed/TappedSync.ts";

const HOUR_MS = 3_600_000;
const HOSTS = ["127.0.0.1", "localhost"];
const timeouts = { lease: configDuration(patience(60_000)), canary: configDuration(patience(1_000)) };

let bed: SyncBed;
let sync: TappedSync;
let unknownCa: EdgeCa;

beforeAll(async () => {
  bed = await SyncBed.start();
  sync = await TappedSync.start(bed);
  unknownCa = await edgeCa("unknown CA");
  await bed.cluster.api.merge(SETTINGS, { data: { hosts: HOSTS.map((host) => `${host}:*`).join("\n") } });
});

afterAll(async () => {
  await sync?.stop();
  await bed?.stop();
});

/** Registers two roots. The endpoint serves a certificate of the second. */
beforeEach(async () => {
  await bed.edge.switchTo(bed.cas.next);
  await register(bed.edge.url);
});

const register = async (url: string): Promise<void> => {
  await bed.register(`${bed.cas.old.root}${bed.cas.next.root}`, url);
  await sync.deleteLease();
};

/** Writes a config with which a run removes the first root immediately. */
const narrowConfig = (soak = "1ms"): Promise<string> =>
  bed.writeConfig({ roots: [bed.cas.next], soak, more: { hosts: HOSTS, timeouts } });

const stored = (paths = [VALIDATING, MUTATING, CANARY]): Promise<unknown> =>
  Promise.all(
    paths.map(async (path) => (await bed.live(path)).webhooks.map(({ clientConfig }: KubeObject) => clientConfig)),
  );

async function expectInStep(): Promise<void> {
  await sync.deleteLease();
  expect(await sync.call(await narrowConfig())).toMatchObject({ code: 0, stderr: "" });
  for (const path of [VALIDATING, MUTATING]) expect(bundleSizes(await bed.live(path))).toEqual([1]);
}

describe("postern sync writes nothing and reports a finding when the certificate of the endpoint", () => {
  const issue = (more: object = {}): Promise<KeyPair> =>
    bed.cas.next.issuing.issue({ name: "edge", hosts: HOSTS, ...more });
  it.each<[string, RegExp, () => Promise<KeyPair>]>([
    [
      "has expired",
      /^refused-chain {2}/,
      () => issue({ notBefore: new Date(Date.now() - 2 * HOUR_MS), notAfter: new Date(Date.now() - HOUR_MS) }),
    ],
    ["is for another name", /^refused-chain {2}/, () => issue({ hosts: ["other.example.com"] })],
    [
      "comes without its intermediate",
      /^unanchored {2}/,
      async () => {
        const { cert, key } = await issue();
        return { cert: cert.slice(0, cert.indexOf("-----END CERTIFICATE-----") + 26), key };
      },
    ],
    ["is from an unknown CA", /^unanchored {2}/, () => unknownCa.issuing.issue({ name: "edge", hosts: HOSTS })],
  ])("%s", async (_, output, pair) => {
    if (!(bed.edge instanceof SwitchingEdge)) throw new Error("this edge serves only certificates of its CAs");
    bed.edge.serve(await pair());
    const before = await stored();
    for (const config of [
      await narrowConfig(),
      await bed.writeConfig({ roots: [bed.cas.old, bed.cas.next, await edgeCa("one more")] }),
    ]) {
      expect(await sync.call(config)).toMatchObject({ code: 1, stdout: expect.stringMatching(output) });
      expect(await stored()).toEqual(before);
    }
    await bed.edge.switchTo(bed.cas.next);
    await expectInStep();
  });
});

it("postern sync keeps all roots when the endpoint refuses connections", async () => {
  const gone = await SwitchingEdge.start(gate, bed.signingKey, bed.cas.next);
  await register(gone.url);
  const before = await stored();
  await gone.stop();
  expect(await sync.call(await narrowConfig())).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^unreachable /),
  });
  expect(await stored()).toEqual(before);
});

describe("postern sync with an endpoint of three addresses", () => {
  const ADDRESSES = ["127.0.0.1", "127.0.0.2", "127.0.0.3"] as const;
  let edges: SwitchingEdge[];

  const run = async (config: string): Promise<LastStep> => {
    const { last } = await runSyncInProcess({ config, kubeconfig: sync.kubeconfig }, viewWithAddresses(ADDRESSES));
    return last;
  };

  beforeEach(async () => {
    const [first, ...others] = ADDRESSES;
    const { next } = bed.cas;
    const edge = await SwitchingEdge.start(gate, bed.signingKey, next, { address: first });
    const { port } = edge;
    edges = [edge];
    for (const address of others) edges.push(await SwitchingEdge.start(gate, bed.signingKey, next, { address, port }));
    await register(`https://localhost:${port}`);
    return async () => {
      for (const each of edges) await each.stop();
    };
  });

  it("writes nothing when one address serves the chain of an unknown CA", async () => {
    await edges[2]?.switchTo(unknownCa);
    const before = await stored();
    expect(await run(await narrowConfig())).toMatchObject({ kind: "report", findings: [{ code: "unanchored" }] });
    expect(await stored()).toEqual(before);
  });

  it("keeps the root of the old chain while one address serves it", async () => {
    await edges[2]?.switchTo(bed.cas.old);
    expect(await run(await narrowConfig())).toEqual({
      kind: "nothing-to-do",
      notes: ["old CA is not configured, but still in use"],
    });
    for (const path of [VALIDATING, MUTATING]) expect(bundleSizes(await bed.live(path))).toEqual([2]);
    await edges[2]?.switchTo(bed.cas.next);
    expect((await run(await narrowConfig())).kind).toBe("nothing-to-do");
    for (const path of [VALIDATING, MUTATING]) expect(bundleSizes(await bed.live(path))).toEqual([1]);
  });

  it("removes no root when one address does not answer", async () => {
    await edges.pop()?.stop();
    const before = await stored();
    expect(await run(await narrowConfig())).toMatchObject({ kind: "report", findings: [{ code: "address-silent" }] });
    expect(await stored()).toEqual(before);
  });
});

describe("postern sync under an attack in the network", () => {
  it.each([
    { where: "only of the sync", at: "127.0.0.2", code: "unanchored", untouched: [VALIDATING, MUTATING, CANARY] },
    { where: "only of the API server", at: "127.0.0.1", code: "canary-failed", untouched: [VALIDATING, MUTATING] },
  ])("$where writes no bundle with the root of the attacker and reports a finding", async ({ at, code, untouched }) => {
    const real = await SwitchingEdge.start(gate, bed.signingKey, bed.cas.next);
    const { port } = real;
    const other = await SwitchingEdge.start(gate, bed.signingKey, bed.cas.next, { address: "127.0.0.2", port });
    try {
      await register(`https://localhost:${port}`);
      const attacked = at === "127.0.0.1" ? real : other;
      await attacked.switchTo(unknownCa);
      attacked.dropConnections();
      const before = await stored(untouched);
      // Only the sync uses these addresses. The API server resolves the name itself.
      const file = { config: await narrowConfig(), kubeconfig: sync.kubeconfig };
      const { last } = await runSyncInProcess(file, viewWithAddresses(["127.0.0.2"]));
      const findings = last.kind === "refuse" ? [last.finding] : last.kind === "report" ? last.findings : [];
      expect(new Set(findings.map((it) => it.code))).toEqual(new Set([code]));
      expect(await stored(untouched)).toEqual(before);
      const [line = ""] = unknownCa.root.split("\n").slice(1);
      for (const path of [VALIDATING, MUTATING, CANARY])
        for (const { clientConfig } of (await bed.live(path)).webhooks)
          expect(Buffer.from(clientConfig.caBundle, "base64").toString()).not.toContain(line);
    } finally {
      await real.stop();
      await other.stop();
    }
  });
});

describe("postern sync with a clock that is an hour off", () => {
  /** Serves a certificate that is valid on both clocks. */
  beforeEach(async () => {
    const day = { notBefore: new Date(Date.now() - 24 * HOUR_MS), notAfter: new Date(Date.now() + 24 * HOUR_MS) };
    const ca = await TestCa.create("a day old", day);
    const edge = await SwitchingEdge.start(gate, bed.signingKey, bed.cas.next);
    edge.serve(await ca.issue({ name: "edge", hosts: HOSTS, ...day }));
    aged = { root: ca.cert, issuing: ca };
    await bed.register(`${bed.cas.old.root}${ca.cert}`, edge.url);
    await sync.deleteLease();
    return () => edge.stop();
  });
  let aged: EdgeCa;
  const config = (): Promise<string> => bed.writeConfig({ roots: [aged], soak: "30m", more: { timeouts } });

  it.each([
    ["behind", -HOUR_MS],
    ["ahead of", HOUR_MS],
  ])("%s the API server writes no date and removes no root", async (direction, byMs) => {
    const file = await config();
    // The measured difference is smaller by the duration of the call, or greater by up to 1 s, the precision of HTTP
    // dates.
    const output = new RegExp(`^clock {2}this clock is 3(?:60[01]|5\\d\\d) s ${direction} the API server's`);
    const first = await sync.run(file, () => undefined, shiftedClock(byMs));
    expect(first).toMatchObject({ code: 1, stdout: expect.stringMatching(output) });
    expect((await bed.live(MUTATING)).metadata.annotations["postern.dev/sync-unused-since"]).toBeUndefined();
    expect(await sync.call(file)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("unused roots are removed"),
    });
    const before = await stored();
    const second = await sync.run(file, () => undefined, shiftedClock(byMs));
    expect(second).toMatchObject({ code: 1, stdout: expect.stringMatching(output) });
    expect(await stored()).toEqual(before);
  });

  it("ahead of the API server does not acquire the Lease of a running run", async () => {
    const renewTime = new Date().toISOString().replace("Z", "000Z");
    const spec = { holderIdentity: "another", leaseDurationSeconds: 600, renewTime };
    const path = LEASE.slice(0, LEASE.lastIndexOf("/"));
    await bed.cluster.api.create(path, { metadata: { name: "postern-sync" }, spec });
    const wide = await bed.writeConfig({ roots: [aged, bed.cas.old, bed.cas.next], more: { timeouts } });
    const result = await sync.run(wide, () => undefined, shiftedClock(HOUR_MS));
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining("another run has the Lease") });
    expect((await bed.live(LEASE)).spec.holderIdentity).toBe("another");
  });

  it("at the gate rejects the statements of the gate and removes no root", async () => {
    const now = (): number => Date.now() + HOUR_MS;
    const fastEdge = await SwitchingEdge.start(gate, bed.signingKey, bed.cas.next, { now });
    try {
      await register(fastEdge.url);
      const before = await stored([VALIDATING, MUTATING]);
      expect(await sync.call(await narrowConfig())).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/canary-unknown {2}\S+: the gate's clock and this clock differ by 3\d\d\d s/),
      });
      expect(await stored([VALIDATING, MUTATING])).toEqual(before);
    } finally {
      await fastEdge.stop();
    }
  });
});
