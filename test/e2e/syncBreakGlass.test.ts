import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { KubernetesClient } from "../../src/kubernetes/KubernetesClient.ts";
import { Lease } from "../../src/kubernetes/Lease.ts";
import { SYNC_LEASE, SyncCluster } from "../../src/sync/apply/SyncCluster.ts";
import { parseSyncConfig } from "../../src/sync/goal/parseSyncConfig.ts";
import { runSync, type SyncRun } from "../../src/sync/runSync.ts";
import type { KubeObject } from "../cluster/ClusterApi.ts";
import { eventually } from "../run/eventually.ts";
import { patience, scaled, scaledRate } from "../run/speedFactor.ts";
import { kindOfCall, type TapPlan } from "./ApiTap.ts";
import { applyAll } from "./registerGate.ts";
import { renderGate } from "./renderGate.ts";
import { inConfig, MUTATING, SETTINGS, SyncBed, VALIDATING } from "./SyncBed.ts";
import { startErrorEdge } from "./startErrorEdge.ts";
import { steadyLoad } from "./steadyLoad.ts";
import { TappedSync } from "./TappedSync.ts";
import { TcpDoor } from "./TcpDoor.ts";
import { turnAway } from "./turnAway.ts";

const GATE = new URL("gates/syncBreakGlass.ts", import.meta.url).pathname;
const PODS = "/api/v1/namespaces/load/pods";
/** Short, for a test: a second of silence is enough. */
const GLASS = {
  breakGlass: true,
  breakGlassAfter: inConfig(scaled(1_000)),
  timeouts: {
    handshake: inConfig(patience(1_000)),
    canary: inConfig(patience(3_000)),
    lease: inConfig(patience(5_000)),
  },
};
/** Creates a second while something happens, on the reference machine. */
const RATE = 20;
/** Ends a run when the API server has done its first write to what matters. */
const KILLED_AFTER_WRITE: TapPlan = ({ method, path }) =>
  /^PATCH (?:validating|mutating)webhookconfigurations\/postern$/.test(kindOfCall(method, path))
    ? { kind: "kills-after" }
    : undefined;

let bed: SyncBed;
let sync: TappedSync;
let door: TcpDoor;
let objects: readonly KubeObject[];
let withGlass: string;
let without: string;

beforeAll(async () => {
  bed = await SyncBed.start();
  sync = await TappedSync.start(bed);
  door = await TcpDoor.open(Number(new URL(bed.edge.url).port));
  await bed.cluster.api.create("/api/v1/namespaces", { metadata: { name: "load" } });
  objects = await renderGate({ gate: GATE, url: door.url, ca: bed.cas.old.root, sync: true });
  withGlass = await bed.config({ roots: [bed.cas.old], more: GLASS });
  without = await bed.config({ roots: [bed.cas.old], more: { ...GLASS, breakGlass: false } });
});

afterAll(async () => {
  await door?.shut();
  await sync?.stop();
  await bed?.stop();
});

beforeEach(async () => {
  await door.shut();
  await door.open();
  await setKey("true");
  await bed.registerAnew(objects);
  await eventually("the gate to be called", async () => ((await create()) === "judged" ? true : undefined));
});

const setKey = (value: string | null) => bed.cluster.api.merge(SETTINGS, { data: { breakGlass: value } });

/** Creates a Pod by dry run: judged, let through unjudged, or refused. */
async function create(): Promise<"judged" | "unjudged" | "refused"> {
  const spec = { containers: [{ name: "app", image: "registry.example.com/app:1" }] };
  const pod = { metadata: { generateName: "load-", namespace: "load" }, spec };
  const { status, body } = await bed.cluster.api.create(PODS, pod, { query: { dryRun: "All" } });
  if (status !== 201) return "refused";
  return body.metadata.labels?.["example.com/checked"] === "yes" ? "judged" : "unjudged";
}

/** What becomes of creates while something happens, in order. */
async function underLoad(happen: () => Promise<void>): Promise<string[]> {
  const outcomes = await steadyLoad(create, scaledRate(RATE), async (load) => {
    await load.ended(1);
    await happen();
  });
  return outcomes.map(({ result }) => result);
}

async function policies(): Promise<string[]> {
  const live = await Promise.all([VALIDATING, MUTATING].map((path) => bed.live(path)));
  return live.flatMap(({ webhooks }) => webhooks.map(({ failurePolicy }: KubeObject) => failurePolicy));
}

async function eventsOf(reason: string): Promise<KubeObject[]> {
  const { items } = await bed.live("/apis/events.k8s.io/v1/namespaces/default/events");
  return items.filter((event: KubeObject) => event.reason === reason);
}

const said = (stdout: string, word: string): number =>
  stdout.split("\n").filter((line) => line.startsWith(word)).length;

describe("an endpoint that goes away", () => {
  it("without break-glass keeps refusing what it would judge, and a run changes nothing", async () => {
    await door.shut();
    const results = await underLoad(async () => {
      expect(await bed.run(without)).toMatchObject({ code: 1, stdout: expect.stringMatching(/^unreachable {2}/) });
    });
    expect(new Set(results)).toEqual(new Set(["refused"]));
    expect(await policies()).toEqual(["Fail", "Fail"]);
  });

  it("with break-glass lets through unjudged until it is back, and a run then has all judged again", async () => {
    await door.shut();
    const opening = await underLoad(async () => {
      const { code, stdout } = await bed.run(withGlass);
      expect([code, said(stdout, "break-glass"), said(stdout, "glass-broken")], stdout).toEqual([1, 2, 2]);
      expect(await policies()).toEqual(["Ignore", "Ignore"]);
      await eventually("what was written to be in force", async () =>
        (await create()) === "unjudged" ? true : undefined,
      );
    });
    expect(opening[0]).toBe("refused");
    expect(await create()).toBe("unjudged");
    const notes = (await eventsOf("GlassBroken")).map(({ type, note }) => `${type} ${note}`);
    expect(notes).toContainEqual(expect.stringMatching(/^Warning .*failed calling webhook/));
    const diff = await bed.diff();
    expect([diff.code, diff.stdout]).toEqual([
      1,
      expect.stringMatching(
        /failurePolicy of default\.validate\.postern\.postern\.dev is Ignore: the sync broke the glass at 2/,
      ),
    ]);
    const again = await bed.run(withGlass);
    expect([again.code, said(again.stdout, "break-glass"), said(again.stdout, "glass-broken")]).toEqual([1, 0, 2]);
    await door.open();
    const { code, stdout } = await bed.run(withGlass);
    expect([code, said(stdout, "mend-glass")], stdout).toEqual([0, 2]);
    expect(await policies()).toEqual(["Fail", "Fail"]);
    await eventually("all to be judged", async () => ((await create()) === "judged" ? true : undefined));
    expect((await eventsOf("GlassMended")).length).toBeGreaterThan(0);
    const { annotations } = (await bed.live(VALIDATING)).metadata;
    expect(annotations["postern.dev/sync-broken-glass"]).toBeUndefined();
    expect(annotations["postern.dev/break-glass"]).toBe("default.validate.postern.postern.dev");
    expect(await bed.run(withGlass)).toMatchObject({ code: 0, stdout: "in step: nothing to write\n" });
  });

  it("and a run that is killed on either way, is finished by the next", async () => {
    await door.shut();
    expect((await sync.run(withGlass, KILLED_AFTER_WRITE)).code).toBeNull();
    expect((await policies()).toSorted()).toEqual(["Fail", "Ignore"]);
    await bed.forgetLease();
    expect((await bed.run(withGlass)).code).toBe(1);
    expect(await policies()).toEqual(["Ignore", "Ignore"]);
    await door.open();
    expect((await sync.run(withGlass, KILLED_AFTER_WRITE)).code).toBeNull();
    expect((await policies()).toSorted()).toEqual(["Fail", "Ignore"]);
    await bed.forgetLease();
    expect((await bed.run(withGlass)).code).toBe(0);
    expect(await policies()).toEqual(["Fail", "Fail"]);
  });

  it("without the key in the policy's ConfigMap is refused by the API server, and stays as it is", async () => {
    await setKey(null);
    await door.shut();
    const { code, stderr } = await bed.run(withGlass);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/cannot be written: 422 .*postern-sync-registrations/)]);
    expect(await policies()).toEqual(["Fail", "Fail"]);
  });
});

describe("nothing is let be ignored", () => {
  it("where it is the sync's own network that is down", async () => {
    const { last, steps } = await runBlind(withGlass);
    expect(last).toMatchObject({ kind: "report", findings: [{ code: "unreachable" }] });
    expect(steps.map((step) => ("glass" in step ? step.glass : step.kind))).toEqual(["break", "report"]);
    expect(await policies()).toEqual(["Fail", "Fail"]);
    expect(await create()).toBe("judged");
  });

  it.each([404, 429, 500, 502])(
    "where that is down, and the edge answers the API server with %i and the path",
    async (status) => {
      const edge = await startErrorEdge(bed, status);
      try {
        await applyAll(bed.cluster, await renderGate({ gate: GATE, url: edge.url, ca: bed.cas.old.root, sync: true }));
        const { steps } = await runBlind(withGlass);
        expect(steps.map((step) => ("glass" in step ? step.glass : step.kind))).toEqual(["break", "report"]);
        expect(await policies()).toEqual(["Fail", "Fail"]);
      } finally {
        await edge.stop();
      }
    },
  );

  it.each([429, 403])("where the API server answers a self-test with %i", async (status) => {
    const busy = await turnAway(bed, status);
    try {
      await door.shut();
      const { code, stdout } = await bed.run(withGlass);
      expect([code, said(stdout, "try-canary"), said(stdout, "unreachable")], stdout).toEqual([1, 1, 1]);
      expect(await policies()).toEqual(["Fail", "Fail"]);
    } finally {
      await busy.stop();
    }
  });
});

/** A run that shakes hands with nobody, in this process; everything else of it is real. */
async function runBlind(file: string): Promise<SyncRun> {
  const config = await parseSyncConfig({
    name: file,
    text: await readFile(file, "utf8"),
    readFile: (path) => readFile(join(dirname(file), path), "utf8"),
  });
  const client = await KubernetesClient.create({ kubeconfig: bed.kubeconfig });
  const api = client.ask.bind(client);
  const deps = {
    config,
    apis: async () => ({ apis: [api], isPartial: false }),
    cluster: new SyncCluster(api, config.goal.gate),
    lease: new Lease(api, { ...SYNC_LEASE, holder: "blind", duration: config.timeouts.lease, now: Date.now }),
    view: async (base: string) => ({ base, handshakes: [{ address: "127.0.0.1", fault: "no network" }] }),
    now: Date.now,
  };
  return runSync(deps, { dryRun: false });
}
