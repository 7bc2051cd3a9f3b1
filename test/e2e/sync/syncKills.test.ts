import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { eventually } from "../../run/eventually.ts";
import { patience } from "../../run/speedFactor.ts";
import { GoVerifier } from "../../trust/GoVerifier.ts";
import { kindOfCall, type TapFault, type TapPlan } from "../api/ApiTap.ts";
import { type EdgeCa, SwitchingEdge } from "../edges/SwitchingEdge.ts";
import gate from "../gates/sync.ts";
import { AdmissionLoad } from "../load/AdmissionLoad.ts";
import { bundleSizes, CANARY, MUTATING, SyncBed, VALIDATING } from "./bed/SyncBed.ts";
import { configDuration } from "./bed/syncConfigFiles.ts";
import { TappedSync } from "./bed/TappedSync.ts";
import { TrustWatch } from "./bed/TrustWatch.ts";

/**
 * `npm run soak:sync` kills the sync at every call, before and after the API server receives it. Without that, the test
 * kills at every seventh call, alternately before and after. This covers all kinds of calls, because a step makes five
 * or ten.
 */
const killsAtEveryCall = process.env.POSTERN_KILLS === "all";
const KILLS = ["kills-before", "kills-after"] as const;
const STRIDE = 7;
/** Enough for one kill and the next run. */
const KILL_TIMEOUT_MS = patience(20_000);

const go = await GoVerifier.shared();

let bed: SyncBed;
let sync: TappedSync;
let load: AdmissionLoad;
let otherEdge: SwitchingEdge;

beforeAll(async () => {
  bed = await SyncBed.start();
  [sync, load, otherEdge] = await Promise.all([
    TappedSync.start(bed),
    AdmissionLoad.prepare(bed.cluster.api),
    SwitchingEdge.start(gate, bed.signingKey, bed.cas.next),
  ]);
});

afterAll(async () => {
  await otherEdge?.stop();
  await sync?.stop();
  await bed?.stop();
  go?.remove();
});

/** A change from the first registrations to the goal of a config, in one run. */
interface Flow {
  /** Roots that the registrations trust at first. */
  readonly roots: () => readonly EdgeCa[];
  /** CA of the serving certificate during the whole flow. */
  readonly served: () => EdgeCa;
  readonly config: () => Promise<string>;
  /** Number of certificates in each bundle and base URL of the gate at the end. */
  readonly goal: () => { bundle: number; base: string };
}

// With a long Lease, no run renews it, so each run makes the same calls.
const timeouts = { lease: configDuration(patience(60_000)) };
const FLOWS: readonly (readonly [name: string, flow: Flow])[] = [
  [
    "adding a CA and changing the URL",
    {
      roots: () => [bed.cas.old],
      served: () => bed.cas.old,
      config: () =>
        bed.writeConfig({ roots: [bed.cas.old, bed.cas.next], url: otherEdge.url, soak: "1h", more: { timeouts } }),
      goal: () => ({ bundle: 2, base: otherEdge.url }),
    },
  ],
  [
    "removing a CA",
    {
      roots: () => [bed.cas.old, bed.cas.next],
      served: () => bed.cas.next,
      // One run marks the root as unused and removes it.
      config: () => bed.writeConfig({ roots: [bed.cas.next], soak: "1ms", more: { timeouts } }),
      goal: () => ({ bundle: 1, base: bed.edge.url }),
    },
  ],
];

/** Replaces the registrations with the rendered ones. */
async function reset(objects: readonly KubeObject[]): Promise<void> {
  await bed.replaceRegistrations(objects);
  await sync.deleteLease();
  await eventually("the gate to be called", async () => ((await load.create()) === "judged" ? true : undefined));
}

/** Runs the sync with a plan, and once more if it was killed, under load and with a TrustWatch. */
async function runAndCheck(
  flow: Flow,
  config: string,
  plan: TapPlan,
): Promise<{ readonly wasKilled: boolean; readonly errors: readonly unknown[]; readonly handshakes: number }> {
  if (go === undefined) throw new Error("there is no go on PATH");
  const watch = await TrustWatch.start(bed.cluster, go);
  const results: { code: number | null; calls: number }[] = [];
  const { failures, judged } = await load.during(async () => {
    const first = await sync.run(config, plan);
    results.push({ code: first.code, calls: sync.tap.calls.length });
    if (first.code !== null) return;
    await sync.deleteLease();
    const second = await sync.call(config);
    results.push({ code: second.code, calls: sync.tap.calls.length });
  });
  watch.checkStored();
  await watch.stop();
  const { bundle, base } = flow.goal();
  const ends = await Promise.all([VALIDATING, MUTATING, CANARY].map((path) => bed.live(path)));
  const isAtEnd = ends.every(
    (live) =>
      bundleSizes(live).every((size) => size === bundle) &&
      live.webhooks.every(({ clientConfig }: KubeObject) => clientConfig.url.startsWith(`${base}/c/e2e/`)) &&
      live.metadata.annotations["postern.dev/sync-phase"] === undefined &&
      live.metadata.annotations["postern.dev/sync-snapshot"] === undefined,
  );
  const errors = [
    ...(isAtEnd ? [] : ["the registrations have not reached the goal"]),
    ...(results.at(-1)?.code === 0 ? [] : [{ results }]),
    ...(judged > 0 ? [] : ["there was no load"]),
    ...failures,
    ...watch.errors,
  ];
  return { wasKilled: results[0]?.code === null, errors, handshakes: watch.handshakeCount };
}

it("TrustWatch reports a stored bundle that does not verify the endpoint, even when it is replaced immediately", async () => {
  if (go === undefined) throw new Error("there is no go on PATH");
  await bed.edge.switchTo(bed.cas.old);
  await reset(await bed.render(bed.cas.old.root));
  const watch = await TrustWatch.start(bed.cluster, go);
  const { webhooks } = await bed.live(VALIDATING);
  for (const { root } of [bed.cas.next, bed.cas.old]) {
    const caBundle = Buffer.from(root).toString("base64");
    const changed = webhooks.map((it: KubeObject) => ({ ...it, clientConfig: { ...it.clientConfig, caBundle } }));
    expect((await bed.cluster.api.merge(VALIDATING, { webhooks: changed })).status).toBe(200);
  }
  await watch.stop();
  expect(watch.errors).toHaveLength(webhooks.length);
  expect(watch.errors[0]).toMatch(/^ValidatingWebhookConfiguration\/postern@\d+ .*x509: certificate signed by unknown/);
});

describe.each(FLOWS)("postern sync, %s", (_, flow) => {
  it(`killed at ${killsAtEveryCall ? "every call" : "some calls"}, is in step after the next run, no admission fails, and Go verifies the endpoint with every stored bundle`, {
    timeout: (killsAtEveryCall ? 400 : 40) * KILL_TIMEOUT_MS,
  }, async () => {
    await bed.edge.switchTo(flow.served());
    const roots = flow.roots().map(({ root }) => root);
    const objects = await bed.render(roots.join(""));
    const config = await flow.config();
    await reset(objects);
    const undisturbed = await runAndCheck(flow, config, () => undefined);
    expect(undisturbed).toMatchObject({ wasKilled: false, errors: [] });
    // By position: the number of a call also depends on the number of earlier self-tests, which differs between runs.
    const kinds = new Map(sync.tap.calls.map(({ position, method, path }) => [position, kindOfCall(method, path)]));
    const kills = [...kinds].flatMap(([at, kind], index) =>
      KILLS.filter(
        (_, moment) => killsAtEveryCall || (index % STRIDE === 3 && index % (2 * STRIDE) > STRIDE === (moment === 1)),
      ).map((moment) => ({ at, kind, moment })),
    );
    expect(kills.length).toBeGreaterThan(5);
    let handshakes = 0;
    for (const { at, kind, moment } of kills) {
      await reset(objects);
      const { wasKilled, errors, ...result } = await runAndCheck(flow, config, ({ position }): TapFault | undefined =>
        position === at ? { kind: moment } : undefined,
      );
      expect({ at, kind, moment, wasKilled, errors }).toEqual({ at, kind, moment, wasKilled: true, errors: [] });
      // Two registrations, each before the write, after the write and at the end.
      expect(result.handshakes).toBeGreaterThanOrEqual(6);
      handshakes += result.handshakes;
    }
    if (killsAtEveryCall)
      process.stderr.write(`${kills.length} kills in ${kinds.size} calls, ${handshakes} handshakes by Go\n`);
  });
});
