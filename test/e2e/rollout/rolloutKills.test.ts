import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ChildService } from "../../cluster/ChildService.ts";
import { eventually } from "../../run/eventually.ts";
import { patience } from "../../run/speedFactor.ts";
import { ApiTap, kindOfCall, type TapPlan } from "../api/ApiTap.ts";
import { tokenKubeconfig } from "../api/tokenKubeconfig.ts";
import type { AdmissionLoad } from "../load/AdmissionLoad.ts";
import { inSeconds } from "../run/inSeconds.ts";
import { RolloutBed } from "./RolloutBed.ts";

const SETTINGS = { "postern.dev/rollout": "deployment/gate", "postern.dev/renewal-policy": "canary" };
const LEASE = "/apis/coordination.k8s.io/v1/namespaces/postern-system/leases/postern-rollout";
/** Enough for two kills at each of a dozen writes, with a restart after each kill. */
const KILLS_TIMEOUT_MS = patience(240_000);
/** Timeout of a rollout. It must not expire. */
const ROLLOUT_TIMEOUT_SECONDS = String(inSeconds(KILLS_TIMEOUT_MS));
/** Interval between checks whether a killed controller must be restarted. */
const POLL_INTERVAL_MS = 25;

let bed: RolloutBed;
let tap: ApiTap;
let tapped: string;
let load: AdmissionLoad | undefined;
const running: ChildService[] = [];

beforeAll(async () => {
  bed = await RolloutBed.start();
  await bed.certificates.create("other", {});
  tap = await ApiTap.start(bed.cluster);
  tapped = join(bed.cluster.place.folder, "tapped-kubeconfig");
  await writeFile(tapped, tokenKubeconfig({ server: tap.url, ca: bed.cluster.place.ca }, bed.token));
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

async function startController(kubeconfig = bed.kubeconfig, args: readonly string[] = []): Promise<ChildService> {
  const controller = await bed.startController(args, kubeconfig);
  running.push(controller);
  return controller;
}

/** Creates a gate at its first revision, rolled out without a canary. Resolves to its load. */
async function rolledOut(parts: { readonly secret?: string } = {}): Promise<AdmissionLoad> {
  await bed.certificates.create("gate", { "postern.dev/rollout": "deployment/gate" });
  await bed.createWorkload("gate", "gate", { replicas: 3, ...parts });
  const controller = await startController();
  await bed.certificates.waitForCondition("gate", { status: "True", revision: 1 });
  await controller.stop();
  load ??= await bed.register("gate");
  const called = load;
  await eventually("the gate to be called", async () => ((await called.create()) === "judged" ? true : undefined));
  return called;
}

/**
 * Returns a plan that kills the controller at up to six writes of each kind: alternately before the API server receives
 * the write and after it has answered. Records the kinds in `killed`.
 */
function killAtEachWrite(killed: string[]): TapPlan {
  return ({ method, path }) => {
    if (method === "GET" || path.includes("/leases")) return undefined;
    const kind = kindOfCall(method, path).replace(/\?.*/, "");
    const times = killed.filter((it) => it === kind).length;
    // A rollout makes each kind of write up to three times.
    if (times >= 6) return undefined;
    killed.push(kind);
    return { kind: times % 2 === 0 ? "kills-before" : "kills-after" };
  };
}

describe("postern rollout, killed before and after each write", () => {
  it.each([
    { what: "a rollout with a passing canary", parts: {}, status: "True", reason: "RolledOut", revision: "2" },
    {
      what: "a rollout with a failing canary",
      parts: { secret: "other" },
      status: "False",
      reason: "ProbeFailed",
      revision: "1",
    },
  ])(
    "completes $what and no create fails",
    { timeout: KILLS_TIMEOUT_MS },
    async ({ parts, status, reason, revision }) => {
      const called = await rolledOut(parts);
      await bed.certificates.annotate("gate", { ...SETTINGS, "postern.dev/timeout-seconds": ROLLOUT_TIMEOUT_SECONDS });
      const before = (await bed.live("Deployment", "gate")).spec.strategy;
      const killed: string[] = [];
      let isDone = false;
      const { failures } = await called.during(async () => {
        await bed.certificates.renew("gate");
        tap.plan = killAtEachWrite(killed);
        const controller = await startController(tapped);
        tap.kill = () => process.kill(controller.pid, "SIGKILL");
        const restarting = (async () => {
          while (!isDone) {
            // Each process gets a new plan, which continues with the recorded kills.
            if (controller.hasEnded) {
              tap.plan = killAtEachWrite(killed);
              // Deleted to save time. Another test covers the expiry of a Lease.
              await bed.cluster.api.delete(LEASE);
              await controller.restart();
            }
            await sleep(POLL_INTERVAL_MS);
          }
        })();
        await bed.certificates
          .waitForCondition("gate", { status, revision: 2, reason, timeoutMs: KILLS_TIMEOUT_MS })
          .finally(() => {
            isDone = true;
          });
        await restarting;
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
      // Each Event was created once, although some steps were written more than once.
      const reasons = (await bed.certificates.events("gate")).slice(2);
      expect(reasons).toEqual(
        status === "True"
          ? ["CanaryStarted", "CanaryPassed", "RolledOut"]
          : ["CanaryStarted", "RollingBack", "RolledBack"],
      );
    },
  );
});

const isLeader = (controller: ChildService): boolean => {
  const words = controller.log().match(/ (not leader|became leader)/g) ?? [];
  return words.at(-1) === " became leader";
};

describe("two controllers of postern rollout", () => {
  const PAIR_TIMEOUT_MS = patience(150_000);

  it("have one leader, and the other takes over when the leader is killed", { timeout: PAIR_TIMEOUT_MS }, async () => {
    await rolledOut();
    const [one, two] = [await startController(), await startController()];
    const leader = await eventually("one controller to lead", async () => [one, two].find(isLeader));
    const other = leader === one ? two : one;
    await bed.certificates.renew("gate");
    await bed.certificates.waitForCondition("gate", { status: "True", revision: 2 });
    expect(leader.log()).toContain("step=finish");
    expect(other.log()).not.toContain("step=");
    await leader.stop("SIGKILL");
    await bed.certificates.renew("gate");
    await bed.certificates.waitForCondition("gate", { status: "True", revision: 3 });
    expect(isLeader(other)).toBe(true);
    expect(other.log()).toContain("step=finish");
  });

  it("hand over immediately when the leader stops on SIGTERM", { timeout: PAIR_TIMEOUT_MS }, async () => {
    await bed.certificates.create("gate", { "postern.dev/rollout": "deployment/gate" });
    // This Lease does not expire before the last wait ends: the other controller can only acquire a released Lease. The
    // ValidatingAdmissionPolicy allows no longer one.
    const leaseMs = Math.min(patience(240_000), 600_000);
    const long = ["--lease-seconds", String(inSeconds(leaseMs))];
    const one = await startController(bed.kubeconfig, long);
    await eventually("one controller to lead", async () => (isLeader(one) ? true : undefined));
    const two = await startController(bed.kubeconfig, long);
    await eventually("the other controller to wait", async () => (/not leader/.test(two.log()) ? true : undefined));
    await one.stop();
    expect(one.log()).toMatch(/ stopped\n$/);
    const limit = Math.min(patience(60_000), leaseMs / 4);
    await eventually("the other controller to lead", async () => (isLeader(two) ? true : undefined), limit);
  });

  it("have one leader when the first leader was suspended past the end of its Lease", {
    timeout: PAIR_TIMEOUT_MS,
  }, async () => {
    await rolledOut();
    const one = await startController();
    await eventually("one controller to lead", async () => (isLeader(one) ? true : undefined));
    const two = await startController();
    process.kill(one.pid, "SIGSTOP");
    try {
      await eventually("the other controller to lead", async () => (isLeader(two) ? true : undefined));
    } finally {
      process.kill(one.pid, "SIGCONT");
    }
    const steps = one.log().match(/step=/g)?.length ?? 0;
    await eventually("the first to lose the Lease", async () => (isLeader(one) ? undefined : true));
    await bed.certificates.renew("gate");
    await bed.certificates.waitForCondition("gate", { status: "True", revision: 2 });
    expect(one.log().match(/step=/g)?.length ?? 0).toBe(steps);
    expect(two.log()).toContain("step=finish");
  });
});
