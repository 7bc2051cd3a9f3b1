import { describe, expect, it } from "vitest";
import { RolloutApi } from "../RolloutApi.ts";

const CANARY = {
  "postern.dev/rollout": "deployment/gate",
  "postern.dev/renewal-policy": "canary",
  "postern.dev/timeout-seconds": "60",
};
const IN_PLACE = { ...CANARY, "postern.dev/renewal-policy": "in-place" };
const GATE = { kind: "Deployment", name: "gate" } as const;
const TAKEN_BACK = { phase: "rolling-back", canary: null };

/** In the middle of a canary, whose Pod does not come. */
async function inCanary(): Promise<RolloutApi> {
  const api = new RolloutApi();
  api.workload("deployments", "gate");
  await api.certificate("gate-tls", CANARY, 1);
  await api.look("gate-tls");
  expect(api.state("deployments", "gate")).toMatchObject({ phase: "canary" });
  expect(api.live("deployments", "gate").spec.minReadySeconds).toBeGreaterThan(1e9);
  api.live("deployments", "gate").status.updatedReplicas = 1;
  return api;
}

describe("in the middle of a canary it goes back when its time is over, and not on until then, when", () => {
  it("its Certificate was made anew, and has no revision", async () => {
    const api = await inCanary();
    await api.certificate("gate-tls", CANARY);
    expect((await api.look("gate-tls")).again).toBeGreaterThan(0);
    expect(api.state("deployments", "gate")).toMatchObject({ phase: "canary" });
    await api.look("gate-tls", 60_000);
    expect(api.state("deployments", "gate")).toMatchObject({ ...TAKEN_BACK, reason: "TimedOut" });
    expect(api.live("deployments", "gate").spec.minReadySeconds).toBeUndefined();
    expect(api.condition("gate-tls")).toMatchObject({ status: "Unknown", reason: "WaitingForCertificate" });
  });

  it("its CertificateRequest is gone", async () => {
    const api = await inCanary();
    for (const key of api.objects.keys()) if (key.includes("certificaterequests")) api.objects.delete(key);
    expect((await api.look("gate-tls")).again).toBeLessThanOrEqual(1_000);
    await api.look("gate-tls", 60_000);
    expect(api.state("deployments", "gate")).toMatchObject({ ...TAKEN_BACK, reason: "TimedOut" });
    expect(api.condition("gate-tls")).toMatchObject({ status: "False", reason: "CertificateUnknown" });
  });

  it("its Certificate's annotations make no sense", async () => {
    const api = await inCanary();
    await api.certificate("gate-tls", { ...CANARY, "postern.dev/canary": "none" }, 1);
    await api.look("gate-tls");
    expect(api.condition("gate-tls")).toMatchObject({ reason: "BadAnnotations" });
    expect(await api.stray(GATE)).toBeGreaterThan(0);
    expect(api.state("deployments", "gate")).toMatchObject({ phase: "canary" });
    await api.stray(GATE, 60_000);
    expect(api.state("deployments", "gate")).toMatchObject(TAKEN_BACK);
    api.live("deployments", "gate").status.updatedReplicas = 2;
    await api.stray(GATE);
    expect(api.state("deployments", "gate")).toMatchObject({ phase: "rolled-back" });
  });
});

it("a Pod that serves it passes the canary also while its Certificate has no revision", async () => {
  const api = await inCanary();
  const { annotations } = api.live("deployments", "gate").spec.template.metadata;
  api.pod("gate-1-a", { kind: "ReplicaSet", name: "gate-1", uid: "r" }, annotations);
  await api.certificate("gate-tls", CANARY);
  await api.look("gate-tls");
  expect(api.state("deployments", "gate")).toMatchObject({ phase: "rolling" });
});

it("begins nothing while its Certificate has no revision, and marks nothing in place", async () => {
  for (const annotations of [CANARY, IN_PLACE]) {
    const api = new RolloutApi();
    api.workload("deployments", "gate");
    api.pod("gate-1-a", { kind: "ReplicaSet", name: "gate-1", uid: "r" });
    await api.certificate("gate-tls", annotations);
    expect(await api.look("gate-tls")).toEqual({ again: undefined, isGone: false });
    expect(api.asked.filter(({ method, path }) => method === "PATCH" && !path.includes("/certificates/"))).toEqual([]);
  }
});

describe("one workload does not hold up what is under way beside it", () => {
  const BOTH = { ...CANARY, "postern.dev/rollout": "deployment/bad,deployment/gate" };

  it("when what it remembers makes no sense: the condition says so", async () => {
    const api = await inCanary();
    api.workload("deployments", "bad", { annotations: { "postern.dev/rollout-state": "{}" } });
    await api.certificate("gate-tls", BOTH, 1);
    await expect(api.look("gate-tls", 61_000)).rejects.toMatchObject({ code: "unreadable-state" });
    expect(api.state("deployments", "gate")).toMatchObject(TAKEN_BACK);
    expect(api.condition("gate-tls")).toMatchObject({ status: "False", reason: "UnreadableState" });
    expect(api.condition("gate-tls").message).toContain("deployment/bad: annotation postern.dev/rollout-state");
  });

  it("when it may not be changed: the condition says so", async () => {
    const api = await inCanary();
    api.workload("deployments", "bad");
    await api.certificate("gate-tls", BOTH, 1);
    api.refuse = ({ method, path }) =>
      method === "PATCH" && path.includes("/bad") ? { status: 403, body: { message: "a policy says no" } } : undefined;
    await expect(api.look("gate-tls", 61_000)).rejects.toMatchObject({ code: "refused-by-cluster" });
    expect(api.state("deployments", "gate")).toMatchObject(TAKEN_BACK);
    expect(api.condition("gate-tls")).toMatchObject({ status: "Unknown", reason: "Refused" });
    expect(api.condition("gate-tls").message).toContain("a policy says no");
  });
});

it("an Event that is refused holds up no rollout, and is told of once", async () => {
  const api = await inCanary();
  api.refuse = ({ path }) => (path.includes("/events") ? { status: 403, body: { message: "quota" } } : undefined);
  await api.look("gate-tls", 30_000);
  await api.look("gate-tls", 31_000);
  expect(api.state("deployments", "gate")).toMatchObject(TAKEN_BACK);
  expect(api.untold).toEqual(["an Event cannot be written: 403 quota"]);
});

it("judges, marks and deletes no Pods but the workload's own, whatever its selector finds", async () => {
  const api = new RolloutApi();
  const numbers = { desiredNumberScheduled: 1, updatedNumberScheduled: 0, numberAvailable: 1 };
  api.workload("daemonsets", "gate", {
    spec: { updateStrategy: { type: "RollingUpdate" } },
    status: numbers,
  });
  api.pod("a-stranger", { kind: "ReplicaSet", name: "other-1", uid: "r" });
  api.pod("b-own", { kind: "DaemonSet", name: "gate", uid: "u-daemonsets-gate" });
  await api.certificate("gate-tls", { ...CANARY, "postern.dev/rollout": "daemonset/gate" }, 1);
  for (let count = 0; count < 4; count += 1) await api.look("gate-tls");
  expect(api.pods()).toEqual(["a-stranger"]);
});

describe("in place", () => {
  async function inPlace(): Promise<RolloutApi> {
    const api = new RolloutApi();
    api.workload("deployments", "gate", { replicas: 1 });
    api.workload("deployments", "other", { replicas: 1 });
    api.pod("gate-1-a", { kind: "ReplicaSet", name: "gate-1", uid: "r" });
    api.pod("other-1-a", { kind: "ReplicaSet", name: "other-1", uid: "r" });
    api.probe = async () => "serves another";
    return api;
  }

  it("the time that was waited for the certificate itself is not its Pods'", async () => {
    const api = await inPlace();
    await api.certificate("gate-tls", IN_PLACE);
    await api.look("gate-tls");
    const waiting = api.condition("gate-tls");
    await api.certificate("gate-tls", IN_PLACE, 1);
    api.objects.get("/apis/cert-manager.io/v1/namespaces/gates/certificates/gate-tls").status.conditions.push(waiting);
    for (const wait of [600_000, 1_000, 50_000]) {
      await api.look("gate-tls", wait);
      expect(api.condition("gate-tls")).toMatchObject({ status: "Unknown", reason: "InPlace" });
    }
    await api.look("gate-tls", 15_000);
    expect(api.condition("gate-tls")).toMatchObject({ status: "False", reason: "NotServed" });
    await api.look("gate-tls", 1_000);
    expect(api.condition("gate-tls")).toMatchObject({ status: "False", reason: "NotServed" });
  });

  it("nor is that of the revision before, nor that of another workload", async () => {
    const api = await inPlace();
    const both = { ...IN_PLACE, "postern.dev/rollout": "deployment/gate,deployment/other" };
    await api.certificate("gate-tls", both, 1);
    await api.look("gate-tls");
    await api.look("gate-tls", 59_000);
    const before = api.condition("gate-tls");
    await api.certificate("gate-tls", both, 2);
    api.objects.get("/apis/cert-manager.io/v1/namespaces/gates/certificates/gate-tls").status.conditions.push(before);
    await api.look("gate-tls", 2_000);
    await api.look("gate-tls", 50_000);
    expect(api.condition("gate-tls")).toMatchObject({ reason: "InPlace" });
    // The first serves it by now; the other has its own time.
    api.objects.delete("/api/v1/namespaces/gates/pods/gate-1-a");
    api.workload("deployments", "gate", { replicas: 0 });
    for (const wait of [20_000, 50_000]) {
      await api.look("gate-tls", wait);
      expect(api.condition("gate-tls")).toMatchObject({ reason: "InPlace" });
    }
  });
});
