import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LastStep } from "../../src/sync/plan/Step.ts";
import type { KubeObject } from "../cluster/ClusterApi.ts";
import { type KeyPair, TestCa } from "../cluster/TestCa.ts";
import { patience } from "../run/speedFactor.ts";
import gate from "./gates/sync.ts";
import { runSyncWith } from "./runSyncWith.ts";
import { type EdgeCa, edgeCa, SwitchingEdge } from "./SwitchingEdge.ts";
import { bundleSizes, CANARY, inConfig, LEASE, MUTATING, SETTINGS, SyncBed, VALIDATING } from "./SyncBed.ts";
import { TappedSync } from "./TappedSync.ts";

const HOUR = 3_600_000;
const HOSTS = ["127.0.0.1", "localhost"];
const timeouts = { lease: inConfig(patience(60_000)), canary: inConfig(patience(1_000)) };

let bed: SyncBed;
let sync: TappedSync;
let stranger: EdgeCa;

beforeAll(async () => {
  bed = await SyncBed.start();
  sync = await TappedSync.start(bed);
  stranger = await edgeCa("somebody's CA");
  await bed.cluster.api.merge(SETTINGS, { data: { hosts: HOSTS.join("\n") } });
});

afterAll(async () => {
  await sync?.stop();
  await bed?.stop();
});

/** Two roots, and the endpoint serves the second. */
beforeEach(async () => {
  await bed.edge.switchTo(bed.cas.next);
  await register(bed.edge.url);
});

const register = async (url: string): Promise<void> => {
  await bed.register(`${bed.cas.old.root}${bed.cas.next.root}`, url);
  await sync.forgetLease();
};

/** What is to bring about that the first root is taken away, which is due at once. */
const narrowing = (soak = "1ms"): Promise<string> =>
  bed.config({ roots: [bed.cas.next], soak, more: { hosts: HOSTS, timeouts } });

const stored = (paths = [VALIDATING, MUTATING, CANARY]): Promise<unknown> =>
  Promise.all(
    paths.map(async (path) => (await bed.live(path)).webhooks.map(({ clientConfig }: KubeObject) => clientConfig)),
  );

async function getsInStep(): Promise<void> {
  await sync.forgetLease();
  expect(await sync.call(await narrowing())).toMatchObject({ code: 0, stderr: "" });
  for (const path of [VALIDATING, MUTATING]) expect(bundleSizes(await bed.live(path))).toEqual([1]);
}

describe("an endpoint whose certificate", () => {
  const issue = (more: object = {}): Promise<KeyPair> =>
    bed.cas.next.issuing.issue({ name: "edge", hosts: HOSTS, ...more });
  it.each<[string, RegExp, () => Promise<KeyPair>]>([
    [
      "has expired",
      /^refused-chain {2}/,
      () => issue({ notBefore: new Date(Date.now() - 2 * HOUR), notAfter: new Date(Date.now() - HOUR) }),
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
    ["is somebody else's", /^unanchored {2}/, () => stranger.issuing.issue({ name: "edge", hosts: HOSTS })],
  ])("%s: nothing is written, and it is said", async (_, said, pair) => {
    if (!(bed.edge instanceof SwitchingEdge)) throw new Error("this edge serves what its CAs make alone");
    bed.edge.serve(await pair());
    const before = await stored();
    for (const config of [
      await narrowing(),
      await bed.config({ roots: [bed.cas.old, bed.cas.next, await edgeCa("one more")] }),
    ]) {
      expect(await sync.call(config)).toMatchObject({ code: 1, stdout: expect.stringMatching(said) });
      expect(await stored()).toEqual(before);
    }
    await bed.edge.switchTo(bed.cas.next);
    await getsInStep();
  });
});

it("an endpoint that refuses connections keeps the roots that it has", async () => {
  const gone = await SwitchingEdge.start(gate, bed.signingKey, bed.cas.next);
  await register(gone.url);
  const before = await stored();
  await gone.stop();
  expect(await sync.call(await narrowing())).toMatchObject({ code: 1, stdout: expect.stringMatching(/^unreachable /) });
  expect(await stored()).toEqual(before);
});

describe("of an endpoint with three addresses", () => {
  const ADDRESSES = ["127.0.0.1", "127.0.0.2", "127.0.0.3"] as const;
  let edges: SwitchingEdge[];

  const run = async (config: string): Promise<LastStep> => {
    const { last } = await runSyncWith({ config, kubeconfig: sync.kubeconfig }, ADDRESSES);
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

  it("one serves a stranger's chain: nothing is written", async () => {
    await edges[2]?.switchTo(stranger);
    const before = await stored();
    expect(await run(await narrowing())).toMatchObject({ kind: "report", findings: [{ code: "unanchored" }] });
    expect(await stored()).toEqual(before);
  });

  it("one still serves the old chain: its root is in use, and stays", async () => {
    await edges[2]?.switchTo(bed.cas.old);
    expect(await run(await narrowing())).toEqual({
      kind: "nothing-to-do",
      notes: ["old CA is not asked for, and still in use"],
    });
    for (const path of [VALIDATING, MUTATING]) expect(bundleSizes(await bed.live(path))).toEqual([2]);
    await edges[2]?.switchTo(bed.cas.next);
    expect((await run(await narrowing())).kind).toBe("nothing-to-do");
    for (const path of [VALIDATING, MUTATING]) expect(bundleSizes(await bed.live(path))).toEqual([1]);
  });

  it("one is silent: no root is taken away", async () => {
    await edges.pop()?.stop();
    const before = await stored();
    expect(await run(await narrowing())).toMatchObject({ kind: "report", findings: [{ code: "address-silent" }] });
    expect(await stored()).toEqual(before);
  });
});

describe("somebody in the middle", () => {
  it.each([
    { where: "of the sync alone", at: "127.0.0.2", code: "unanchored", untouched: [VALIDATING, MUTATING, CANARY] },
    { where: "of the API server alone", at: "127.0.0.1", code: "canary-failed", untouched: [VALIDATING, MUTATING] },
  ])("$where gets nowhere, and his root into no bundle", async ({ at, code, untouched }) => {
    const real = await SwitchingEdge.start(gate, bed.signingKey, bed.cas.next);
    const { port } = real;
    const other = await SwitchingEdge.start(gate, bed.signingKey, bed.cas.next, { address: "127.0.0.2", port });
    try {
      await register(`https://localhost:${port}`);
      const his = at === "127.0.0.1" ? real : other;
      await his.switchTo(stranger);
      his.dropConnections();
      const before = await stored(untouched);
      // The API server resolves the name for itself.
      const { last } = await runSyncWith({ config: await narrowing(), kubeconfig: sync.kubeconfig }, ["127.0.0.2"]);
      const findings = last.kind === "refuse" ? [last.finding] : last.kind === "report" ? last.findings : [];
      expect(new Set(findings.map((it) => it.code))).toEqual(new Set([code]));
      expect(await stored(untouched)).toEqual(before);
      const [line = ""] = stranger.root.split("\n").slice(1);
      for (const path of [VALIDATING, MUTATING, CANARY])
        for (const { clientConfig } of (await bed.live(path)).webhooks)
          expect(Buffer.from(clientConfig.caBundle, "base64").toString()).not.toContain(line);
    } finally {
      await real.stop();
      await other.stop();
    }
  });
});

describe("a clock that is an hour off", () => {
  /** Node with another time than it is. */
  const shifted = (by: number): string[] => {
    const code = `globalThis.Date = class extends Date {
      constructor(...args) { if (args.length > 0) super(...args); else super(Date.now()); }
      static now() { return super.now() + ${by}; }
    };`;
    return ["--import", `data:text/javascript,${encodeURIComponent(code)}`];
  };

  /** Certificates that are valid by each clock. */
  beforeEach(async () => {
    const day = { notBefore: new Date(Date.now() - 24 * HOUR), notAfter: new Date(Date.now() + 24 * HOUR) };
    const ca = await TestCa.create("a day old", day);
    const edge = await SwitchingEdge.start(gate, bed.signingKey, bed.cas.next);
    edge.serve(await ca.issue({ name: "edge", hosts: HOSTS, ...day }));
    aged = { root: ca.cert, issuing: ca };
    await bed.register(`${bed.cas.old.root}${ca.cert}`, edge.url);
    await sync.forgetLease();
    return () => edge.stop();
  });
  let aged: EdgeCa;
  const config = (): Promise<string> => bed.config({ roots: [aged], soak: "30m", more: { timeouts } });

  it.each([
    ["behind", -HOUR],
    ["ahead of", HOUR],
  ])("%s: how long a root has been unused is neither written nor told by it", async (way, by) => {
    const file = await config();
    // Less by as long as the answer took that told, and more by a second at most, for HTTP's dates leave out what is below.
    const said = new RegExp(`^clock {2}this clock is 3(?:60[01]|5\\d\\d) s ${way} the API server's`);
    const first = await sync.run(file, () => undefined, shifted(by));
    expect(first).toMatchObject({ code: 1, stdout: expect.stringMatching(said) });
    expect((await bed.live(MUTATING)).metadata.annotations["postern.dev/sync-unused-since"]).toBeUndefined();
    expect(await sync.call(file)).toMatchObject({ code: 0, stdout: expect.stringContaining("roots that are unused") });
    const before = await stored();
    const second = await sync.run(file, () => undefined, shifted(by));
    expect(second).toMatchObject({ code: 1, stdout: expect.stringMatching(said) });
    expect(await stored()).toEqual(before);
  });

  it("ahead takes no Lease from a run that is at work", async () => {
    const renewTime = new Date().toISOString().replace("Z", "000Z");
    const spec = { holderIdentity: "another", leaseDurationSeconds: 600, renewTime };
    const path = LEASE.slice(0, LEASE.lastIndexOf("/"));
    await bed.cluster.api.create(path, { metadata: { name: "postern-sync" }, spec });
    const wide = await bed.config({ roots: [aged, bed.cas.old, bed.cas.next], more: { timeouts } });
    const result = await sync.run(wide, () => undefined, shifted(HOUR));
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining("another run has the Lease") });
    expect((await bed.live(LEASE)).spec.holderIdentity).toBe("another");
  });

  it("at the gate: its statements are not taken, and nothing is taken away", async () => {
    const now = (): number => Date.now() + HOUR;
    const late = await SwitchingEdge.start(gate, bed.signingKey, bed.cas.next, { now });
    try {
      await register(late.url);
      const before = await stored([VALIDATING, MUTATING]);
      expect(await sync.call(await narrowing())).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/canary-unknown {2}\S+: the gate's clock is 3\d\d\d s off, or this one/),
      });
      expect(await stored([VALIDATING, MUTATING])).toEqual(before);
    } finally {
      await late.stop();
    }
  });
});
