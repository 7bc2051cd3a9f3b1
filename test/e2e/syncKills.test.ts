import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KubeObject } from "../cluster/ClusterApi.ts";
import { eventually } from "../run/eventually.ts";
import { patience } from "../run/speedFactor.ts";
import { GoVerifier } from "../trust/GoVerifier.ts";
import { AdmissionLoad } from "./AdmissionLoad.ts";
import { kindOfCall, type TapFault, type TapPlan } from "./ApiTap.ts";
import gate from "./gates/sync.ts";
import { type EdgeCa, SwitchingEdge } from "./SwitchingEdge.ts";
import { bundleSizes, CANARY, inConfig, MUTATING, SyncBed, VALIDATING } from "./SyncBed.ts";
import { TappedSync } from "./TappedSync.ts";
import { TrustWatch } from "./TrustWatch.ts";

/**
 * `npm run soak:sync` kills the sync at every call that it makes, before and after the API server hears of it. Else it is
 * every seventh, which goes through all kinds of call (a step takes five and ten), now before and now after.
 */
const isFull = process.env.POSTERN_KILLS === "all";
const MOMENTS = ["kills-before", "kills-after"] as const;
const STRIDE = 7;
/** For one kill and what follows. In milliseconds. */
const PATIENCE = patience(20_000);

const go = await GoVerifier.shared();

let bed: SyncBed;
let sync: TappedSync;
let load: AdmissionLoad;
let elsewhere: SwitchingEdge;

beforeAll(async () => {
  bed = await SyncBed.start();
  [sync, load, elsewhere] = await Promise.all([
    TappedSync.start(bed),
    AdmissionLoad.prepare(bed.cluster.api),
    SwitchingEdge.start(gate, bed.signingKey, bed.cas.next),
  ]);
});

afterAll(async () => {
  await elsewhere?.stop();
  await sync?.stop();
  await bed?.stop();
  go?.remove();
});

/** A change from what is registered at first to what a config asks for, all in one run. */
interface Flow {
  /** Trusted at first. */
  readonly roots: () => readonly EdgeCa[];
  /** Served all the time. */
  readonly serves: () => EdgeCa;
  readonly config: () => Promise<string>;
  /** Certificates in each bundle, and the URL below which the gate is called, at the end. */
  readonly end: () => { bundle: number; base: string };
}

// A Lease that is not renewed in a run makes for the same calls each time.
const timeouts = { lease: inConfig(patience(60_000)) };
const FLOWS: readonly (readonly [name: string, flow: Flow])[] = [
  [
    "a CA is added and the URL changed",
    {
      roots: () => [bed.cas.old],
      serves: () => bed.cas.old,
      config: () =>
        bed.config({ roots: [bed.cas.old, bed.cas.next], url: elsewhere.url, soak: "1h", more: { timeouts } }),
      end: () => ({ bundle: 2, base: elsewhere.url }),
    },
  ],
  [
    "a CA is taken away",
    {
      roots: () => [bed.cas.old, bed.cas.next],
      serves: () => bed.cas.next,
      // Remembered as unused and taken away in one run.
      config: () => bed.config({ roots: [bed.cas.next], soak: "1ms", more: { timeouts } }),
      end: () => ({ bundle: 1, base: bed.edge.url }),
    },
  ],
];

/** Registers as at first what was rendered once. */
async function reset(objects: readonly KubeObject[]): Promise<void> {
  await bed.registerAnew(objects);
  await sync.forgetLease();
  await eventually("the gate to be called", async () => ((await load.create()) === "judged" ? true : undefined));
}

/** A run with a plan, and one without where the first did not end; under load, and with Go watching. */
async function watched(
  flow: Flow,
  config: string,
  plan: TapPlan,
): Promise<{ readonly killed: boolean; readonly problems: readonly unknown[]; readonly handshakes: number }> {
  if (go === undefined) throw new Error("there is no go on PATH");
  const watch = await TrustWatch.start(bed.cluster, go);
  const results: { code: number | null; calls: number }[] = [];
  const { failures, judged } = await load.during(async () => {
    const first = await sync.run(config, plan);
    results.push({ code: first.code, calls: sync.tap.calls.length });
    if (first.code !== null) return;
    await sync.forgetLease();
    const second = await sync.call(config);
    results.push({ code: second.code, calls: sync.tap.calls.length });
  });
  watch.look();
  await watch.stop();
  const { bundle, base } = flow.end();
  const ends = await Promise.all([VALIDATING, MUTATING, CANARY].map((path) => bed.live(path)));
  const isAtEnd = ends.every(
    (live) =>
      bundleSizes(live).every((size) => size === bundle) &&
      live.webhooks.every(({ clientConfig }: KubeObject) => clientConfig.url.startsWith(`${base}/c/e2e/`)) &&
      live.metadata.annotations["postern.dev/sync-phase"] === undefined &&
      live.metadata.annotations["postern.dev/sync-snapshot"] === undefined,
  );
  const problems = [
    ...(isAtEnd ? [] : ["it has not come to the end"]),
    ...(results.at(-1)?.code === 0 ? [] : [{ results }]),
    ...(judged > 0 ? [] : ["there was no load"]),
    ...failures,
    ...watch.refusals,
  ];
  return { killed: results[0]?.code === null, problems, handshakes: watch.count };
}

it("Go sees it when what is stored for a moment refuses the endpoint", async () => {
  if (go === undefined) throw new Error("there is no go on PATH");
  await bed.edge.switchTo(bed.cas.old);
  await reset(await bed.rendered(bed.cas.old.root));
  const watch = await TrustWatch.start(bed.cluster, go);
  const { webhooks } = await bed.live(VALIDATING);
  for (const { root } of [bed.cas.next, bed.cas.old]) {
    const caBundle = Buffer.from(root).toString("base64");
    const changed = webhooks.map((it: KubeObject) => ({ ...it, clientConfig: { ...it.clientConfig, caBundle } }));
    expect((await bed.cluster.api.merge(VALIDATING, { webhooks: changed })).status).toBe(200);
  }
  await watch.stop();
  expect(watch.refusals).toHaveLength(webhooks.length);
  expect(watch.refusals[0]).toMatch(
    /^ValidatingWebhookConfiguration\/postern@\d+ .*x509: certificate signed by unknown/,
  );
});

describe.each(FLOWS)("while %s", (_, flow) => {
  it(`a sync that is killed at ${isFull ? "any call" : "some calls"} is followed by one that ends in step; no admission fails, and Go accepts the endpoint with all that is stored`, {
    timeout: (isFull ? 400 : 40) * PATIENCE,
  }, async () => {
    await bed.edge.switchTo(flow.serves());
    const roots = flow.roots().map(({ root }) => root);
    const objects = await bed.rendered(roots.join(""));
    const config = await flow.config();
    await reset(objects);
    const whole = await watched(flow, config, () => undefined);
    expect(whole).toMatchObject({ killed: false, problems: [] });
    // By place: the number of a call also says how many self-tests it took before, which no two runs have in common.
    const kinds = new Map(sync.tap.calls.map(({ place, method, path }) => [place, kindOfCall(method, path)]));
    const kills = [...kinds].flatMap(([at, kind], index) =>
      MOMENTS.filter(
        (_, moment) => isFull || (index % STRIDE === 3 && index % (2 * STRIDE) > STRIDE === (moment === 1)),
      ).map((moment) => ({ at, kind, moment })),
    );
    expect(kills.length).toBeGreaterThan(5);
    let handshakes = 0;
    for (const { at, kind, moment } of kills) {
      await reset(objects);
      const { killed, problems, ...result } = await watched(flow, config, ({ place }): TapFault | undefined =>
        place === at ? { kind: moment } : undefined,
      );
      expect({ at, kind, moment, killed, problems }).toEqual({ at, kind, moment, killed: true, problems: [] });
      // Two registrations, as they were before and as they were written, and anew at the end.
      expect(result.handshakes).toBeGreaterThanOrEqual(6);
      handshakes += result.handshakes;
    }
    if (isFull) process.stderr.write(`${kills.length} kills in ${kinds.size} calls, ${handshakes} handshakes by Go\n`);
  });
});
