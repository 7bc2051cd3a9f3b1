import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { SyncRun } from "../../../src/sync/runSync.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { eventually } from "../../run/eventually.ts";
import { patience, scaled, scaledRate } from "../../run/speedFactor.ts";
import { kindOfCall, type TapPlan } from "../api/ApiTap.ts";
import { startErrorEdge } from "../edges/startErrorEdge.ts";
import { TcpProxy } from "../edges/TcpProxy.ts";
import { steadyLoad } from "../load/steadyLoad.ts";
import { applyAll } from "../registration/registerGate.ts";
import { renderGate } from "../registration/renderGate.ts";
import { rejectSelfTests } from "./bed/rejectSelfTests.ts";
import { runSyncInProcess, viewWithoutNetwork } from "./bed/runSyncInProcess.ts";
import { MUTATING, SETTINGS, SyncBed, VALIDATING } from "./bed/SyncBed.ts";
import { configDuration } from "./bed/syncConfigFiles.ts";
import { TappedSync } from "./bed/TappedSync.ts";

const GATE = new URL("../gates/syncBreakGlass.ts", import.meta.url).pathname;
const PODS = "/api/v1/namespaces/load/pods";
/** Short times: one second without an answer is enough. */
const BREAK_GLASS = {
  breakGlass: true,
  breakGlassAfter: configDuration(scaled(1_000)),
  timeouts: {
    handshake: configDuration(patience(1_000)),
    canary: configDuration(patience(3_000)),
    lease: configDuration(patience(5_000)),
  },
};
/** On the reference machine. */
const CREATES_PER_SECOND = 20;
/** Kills a run after its first write to a production registration. */
const KILLED_AFTER_WRITE: TapPlan = ({ method, path }) =>
  /^PATCH (?:validating|mutating)webhookconfigurations\/postern$/.test(kindOfCall(method, path))
    ? { kind: "kills-after" }
    : undefined;

let bed: SyncBed;
let sync: TappedSync;
let proxy: TcpProxy;
let objects: readonly KubeObject[];
let withBreakGlass: string;
let withoutBreakGlass: string;

beforeAll(async () => {
  bed = await SyncBed.start();
  sync = await TappedSync.start(bed);
  proxy = await TcpProxy.open(Number(new URL(bed.edge.url).port));
  await bed.cluster.api.create("/api/v1/namespaces", { metadata: { name: "load" } });
  objects = await renderGate({ gate: GATE, url: proxy.url, ca: bed.cas.old.root, sync: true });
  withBreakGlass = await bed.writeConfig({ roots: [bed.cas.old], more: BREAK_GLASS });
  withoutBreakGlass = await bed.writeConfig({ roots: [bed.cas.old], more: { ...BREAK_GLASS, breakGlass: false } });
});

afterAll(async () => {
  await proxy?.close();
  await sync?.stop();
  await bed?.stop();
});

beforeEach(async () => {
  await proxy.close();
  await proxy.open();
  await setKey("true");
  await bed.replaceRegistrations(objects);
  await eventually("the gate to be called", async () => ((await create()) === "judged" ? true : undefined));
});

const setKey = (value: string | null) => bed.cluster.api.merge(SETTINGS, { data: { breakGlass: value } });

/** Creates a Pod by dry run. Resolves to whether the gate judged it, it passed unjudged, or it was denied. */
async function create(): Promise<"judged" | "unjudged" | "denied"> {
  const spec = { containers: [{ name: "app", image: "registry.example.com/app:1" }] };
  const pod = { metadata: { generateName: "load-", namespace: "load" }, spec };
  const { status, body } = await bed.cluster.api.create(PODS, pod, { query: { dryRun: "All" } });
  if (status !== 201) return "denied";
  return body.metadata.labels?.["example.com/checked"] === "yes" ? "judged" : "unjudged";
}

/** Creates Pods at a steady rate while `action` runs. Resolves to the results, in order. */
async function underLoad(action: () => Promise<void>): Promise<string[]> {
  const outcomes = await steadyLoad(create, scaledRate(CREATES_PER_SECOND), async (load) => {
    await load.ended(1);
    await action();
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

const countLines = (stdout: string, word: string): number =>
  stdout.split("\n").filter((line) => line.startsWith(word)).length;

describe("postern sync with an unreachable endpoint", () => {
  it("changes nothing without break-glass, and creates are denied", async () => {
    await proxy.close();
    const results = await underLoad(async () => {
      expect(await bed.run(withoutBreakGlass)).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/^unreachable {2}/),
      });
    });
    expect(new Set(results)).toEqual(new Set(["denied"]));
    expect(await policies()).toEqual(["Fail", "Fail"]);
  });

  it("fails open with break-glass, and restores failurePolicy Fail when the endpoint answers again", async () => {
    await proxy.close();
    const opening = await underLoad(async () => {
      const { code, stdout } = await bed.run(withBreakGlass);
      expect([code, countLines(stdout, "break-glass"), countLines(stdout, "failing-open")], stdout).toEqual([1, 2, 2]);
      expect(await policies()).toEqual(["Ignore", "Ignore"]);
      await eventually("creates to pass unjudged", async () => ((await create()) === "unjudged" ? true : undefined));
    });
    expect(opening[0]).toBe("denied");
    expect(await create()).toBe("unjudged");
    const notes = (await eventsOf("FailedOpen")).map(({ type, note }) => `${type} ${note}`);
    expect(notes).toContainEqual(expect.stringMatching(/^Warning .*failed calling webhook/));
    const diff = await bed.diff();
    expect([diff.code, diff.stdout]).toEqual([
      1,
      expect.stringMatching(
        /failurePolicy of default\.validate\.postern\.postern\.dev is Ignore: the sync switched to fail open at 2/,
      ),
    ]);
    const again = await bed.run(withBreakGlass);
    expect([again.code, countLines(again.stdout, "break-glass"), countLines(again.stdout, "failing-open")]).toEqual([
      1, 0, 2,
    ]);
    await proxy.open();
    const { code, stdout } = await bed.run(withBreakGlass);
    expect([code, countLines(stdout, "restore")], stdout).toEqual([0, 2]);
    expect(await policies()).toEqual(["Fail", "Fail"]);
    await eventually("creates to be judged", async () => ((await create()) === "judged" ? true : undefined));
    expect((await eventsOf("FailClosedRestored")).length).toBeGreaterThan(0);
    const { annotations } = (await bed.live(VALIDATING)).metadata;
    expect(annotations["postern.dev/sync-broken-glass"]).toBeUndefined();
    expect(annotations["postern.dev/break-glass"]).toBe("default.validate.postern.postern.dev");
    expect(await bed.run(withBreakGlass)).toMatchObject({ code: 0, stdout: "in step: nothing to write\n" });
  });

  it("completes a killed run that was failing open or restoring", async () => {
    await proxy.close();
    expect((await sync.run(withBreakGlass, KILLED_AFTER_WRITE)).code).toBeNull();
    expect((await policies()).toSorted()).toEqual(["Fail", "Ignore"]);
    await bed.deleteLease();
    expect((await bed.run(withBreakGlass)).code).toBe(1);
    expect(await policies()).toEqual(["Ignore", "Ignore"]);
    await proxy.open();
    expect((await sync.run(withBreakGlass, KILLED_AFTER_WRITE)).code).toBeNull();
    expect((await policies()).toSorted()).toEqual(["Fail", "Ignore"]);
    await bed.deleteLease();
    expect((await bed.run(withBreakGlass)).code).toBe(0);
    expect(await policies()).toEqual(["Fail", "Fail"]);
  });

  it("is denied by the ValidatingAdmissionPolicy and stays closed without the key in the ConfigMap", async () => {
    await setKey(null);
    await proxy.close();
    const { code, stderr } = await bed.run(withBreakGlass);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/cannot be written: 422 .*postern-sync-registrations/)]);
    expect(await policies()).toEqual(["Fail", "Fail"]);
  });
});

/** Kind of a step, and the decision that its canary prepares. */
const nameOf = (step: SyncRun["steps"][number]): string =>
  "decides" in step ? `${step.kind} for ${step.decides}` : step.kind;

describe("postern sync does not fail open", () => {
  it("when only its own network is down", async () => {
    const { last, steps } = await runWithoutNetwork(withBreakGlass);
    expect(last).toMatchObject({ kind: "report", findings: [{ code: "unreachable" }] });
    expect(steps.map(nameOf)).toEqual(["try-canary for break-glass", "report"]);
    expect(await policies()).toEqual(["Fail", "Fail"]);
    expect(await create()).toBe("judged");
  });

  it.each([404, 429, 500, 502])(
    "when its network is down and the edge answers the API server with an error page of status %i",
    async (status) => {
      const edge = await startErrorEdge(bed, status);
      try {
        await applyAll(bed.cluster, await renderGate({ gate: GATE, url: edge.url, ca: bed.cas.old.root, sync: true }));
        const { steps } = await runWithoutNetwork(withBreakGlass);
        expect(steps.map(nameOf)).toEqual(["try-canary for break-glass", "report"]);
        expect(await policies()).toEqual(["Fail", "Fail"]);
      } finally {
        await edge.stop();
      }
    },
  );

  it.each([429, 403])("when another webhook denies the self-test with status %i", async (status) => {
    const busy = await rejectSelfTests(bed, status);
    try {
      await proxy.close();
      const { code, stdout } = await bed.run(withBreakGlass);
      expect([code, countLines(stdout, "try-canary"), countLines(stdout, "unreachable")], stdout).toEqual([1, 1, 1]);
      expect(await policies()).toEqual(["Fail", "Fail"]);
    } finally {
      await busy.stop();
    }
  });
});

/** Runs the sync in this process without a network to the gate. The API server and everything else are real. */
function runWithoutNetwork(file: string): Promise<SyncRun> {
  return runSyncInProcess({ config: file, kubeconfig: bed.kubeconfig }, viewWithoutNetwork);
}
