import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ChildService } from "../cluster/ChildService.ts";
import { eventually } from "../run/eventually.ts";
import { patience } from "../run/speedFactor.ts";
import type { AdmissionLoad } from "./AdmissionLoad.ts";
import { ApiTap, kindOfCall, type TapPlan } from "./ApiTap.ts";
import { inSeconds } from "./inSeconds.ts";
import { RolloutBed } from "./RolloutBed.ts";
import { kubeconfigWith } from "./SyncBed.ts";

const SETTINGS = { "postern.dev/rollout": "deployment/gate", "postern.dev/renewal-policy": "canary" };
const LEASE = "/apis/coordination.k8s.io/v1/namespaces/postern-system/leases/postern-rollout";
/** For two kills at each of a dozen writes, with a restart after each. In milliseconds. */
const PATIENCE = patience(240_000);
/** Of a rollout, which may not run out. In seconds. */
const ENOUGH = String(inSeconds(PATIENCE));
/** Whether one that was killed is there again. In milliseconds. */
const POLL = 25;

let bed: RolloutBed;
let tap: ApiTap;
let tapped: string;
let load: AdmissionLoad | undefined;
const running: ChildService[] = [];

beforeAll(async () => {
  bed = await RolloutBed.start();
  await bed.certificate("other", {});
  tap = await ApiTap.start(bed.cluster);
  tapped = join(bed.cluster.place.folder, "tapped-kubeconfig");
  await writeFile(tapped, kubeconfigWith({ server: tap.url, ca: bed.cluster.place.ca }, bed.token));
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((controller) => controller.stop("SIGKILL")));
  tap.plan = () => undefined;
  await bed.cluster.api.delete(LEASE);
  await bed.remove("Deployment", "gate");
});

afterAll(async () => {
  await tap?.stop();
  await bed?.stop();
});

async function start(kubeconfig = bed.kubeconfig, args: readonly string[] = []): Promise<ChildService> {
  const controller = await bed.controller(args, kubeconfig);
  running.push(controller);
  return controller;
}

/** A gate at its first revision, rolled out without a canary. */
async function rolledOut(parts: { readonly secret?: string } = {}): Promise<AdmissionLoad> {
  await bed.certificate("gate", { "postern.dev/rollout": "deployment/gate" });
  await bed.workload("gate", "gate", { replicas: 3, ...parts });
  const controller = await start();
  await bed.condition("gate", "True", 1);
  await controller.stop();
  load ??= await bed.register("gate");
  const called = load;
  await eventually("the gate to be called", async () => ((await called.create()) === "judged" ? true : undefined));
  return called;
}

/** Kills at every write of a kind that was not killed at before: first before the API server hears of it, then after. */
function killsAtEachWrite(killed: string[]): TapPlan {
  return ({ method, path }) => {
    if (method === "GET" || path.includes("/leases")) return undefined;
    const kind = kindOfCall(method, path).replace(/\?.*/, "");
    const times = killed.filter((it) => it === kind).length;
    // Each kind of write comes up to three times in a rollout.
    if (times >= 6) return undefined;
    killed.push(kind);
    return { kind: times % 2 === 0 ? "kills-before" : "kills-after" };
  };
}

describe("a controller that is killed at every write, before and after the API server hears of it", () => {
  it.each([
    { what: "a canary that passes", parts: {}, status: "True", reason: "RolledOut", revision: "2" },
    { what: "a canary that fails", parts: { secret: "other" }, status: "False", reason: "ProbeFailed", revision: "1" },
  ])(
    "brings $what to its end, and no create fails",
    { timeout: PATIENCE },
    async ({ parts, status, reason, revision }) => {
      const called = await rolledOut(parts);
      await bed.annotate("gate", { ...SETTINGS, "postern.dev/timeout-seconds": ENOUGH });
      const before = (await bed.live("Deployment", "gate")).spec.strategy;
      const killed: string[] = [];
      let isOver = false;
      const { failures } = await called.during(async () => {
        await bed.renew("gate");
        tap.plan = killsAtEachWrite(killed);
        const controller = await start(tapped);
        tap.kill = () => process.kill(controller.pid, "SIGKILL");
        const keeper = (async () => {
          while (!isOver) {
            // The plan begins anew with each process; what was killed at is remembered.
            if (controller.hasEnded) {
              tap.plan = killsAtEachWrite(killed);
              // That a Lease runs out by itself is another test's, and would be most of the time of this one.
              await bed.cluster.api.delete(LEASE);
              await controller.restart();
            }
            await sleep(POLL);
          }
        })();
        await bed.condition("gate", status, 2, reason, PATIENCE).finally(() => {
          isOver = true;
        });
        await keeper;
      });
      expect(failures).toEqual([]);
      const kinds = [...new Set(killed)].sort();
      expect(kinds).toEqual(["PATCH certificates/gate/status", "PATCH deployments/gate", "POST events"]);
      expect(killed.length).toBeGreaterThanOrEqual(12);
      expect(new Set((await bed.pods("gate")).map((pod) => pod.revision))).toEqual(new Set([revision]));
      const { spec, metadata } = await bed.live("Deployment", "gate");
      expect(spec.strategy).toEqual(before);
      expect(spec.minReadySeconds ?? 0).toBe(0);
      expect(metadata.labels?.["postern.dev/rollout-in-progress"]).toBeUndefined();
      // Each of them was told once, though some were written more than once.
      const told = (await bed.events("gate")).slice(2);
      expect(told).toEqual(
        status === "True"
          ? ["CanaryStarted", "CanaryPassed", "RolledOut"]
          : ["CanaryStarted", "RollingBack", "RolledBack"],
      );
    },
  );
});

const leads = (controller: ChildService): boolean => {
  const words = controller.log().match(/ (does not lead|leads)/g) ?? [];
  return words.at(-1) === " leads";
};

describe("two controllers", () => {
  const PAIR_PATIENCE = patience(150_000);

  it("have one leader, and the other takes over when it is killed", { timeout: PAIR_PATIENCE }, async () => {
    await rolledOut();
    const [one, two] = [await start(), await start()];
    const leader = await eventually("one to lead", async () => [one, two].find(leads));
    const other = leader === one ? two : one;
    await bed.renew("gate");
    await bed.condition("gate", "True", 2);
    expect(leader.log()).toContain("step=finish");
    expect(other.log()).not.toContain("step=");
    await leader.stop("SIGKILL");
    await bed.renew("gate");
    await bed.condition("gate", "True", 3);
    expect(leads(other)).toBe(true);
    expect(other.log()).toContain("step=finish");
  });

  it("hand over at once when the leader is told to stop", { timeout: PAIR_PATIENCE }, async () => {
    await bed.certificate("gate", { "postern.dev/rollout": "deployment/gate" });
    // A Lease that has not run out when the other has long taken it.
    const long = ["--lease-seconds", String(inSeconds(patience(240_000)))];
    const one = await start(bed.kubeconfig, long);
    await eventually("one to lead", async () => (leads(one) ? true : undefined));
    const two = await start(bed.kubeconfig, long);
    await eventually("the other to ask", async () => (/does not lead/.test(two.log()) ? true : undefined));
    await one.stop();
    expect(one.log()).toMatch(/ stopped\n$/);
    await eventually("the other to lead", async () => (leads(two) ? true : undefined), patience(60_000));
  });

  it("have one leader also when the first one slept past its Lease", { timeout: PAIR_PATIENCE }, async () => {
    await rolledOut();
    const one = await start();
    await eventually("one to lead", async () => (leads(one) ? true : undefined));
    const two = await start();
    process.kill(one.pid, "SIGSTOP");
    try {
      await eventually("the other to lead", async () => (leads(two) ? true : undefined));
    } finally {
      process.kill(one.pid, "SIGCONT");
    }
    const steps = one.log().match(/step=/g)?.length ?? 0;
    await eventually("the first to find out", async () => (leads(one) ? undefined : true));
    await bed.renew("gate");
    await bed.condition("gate", "True", 2);
    expect(one.log().match(/step=/g)?.length ?? 0).toBe(steps);
    expect(two.log()).toContain("step=finish");
  });
});
