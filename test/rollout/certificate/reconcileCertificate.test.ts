import { describe, expect, it } from "vitest";
import { RolloutApi } from "../RolloutApi.ts";

const CANARY = {
  "postern.dev/rollout": "deployment/gate",
  "postern.dev/renewal-policy": "canary",
  "postern.dev/timeout-seconds": "60",
};
const IN_PLACE = { ...CANARY, "postern.dev/renewal-policy": "in-place" };
const GATE = { kind: "Deployment", name: "gate" } as const;
const ROLLED_BACK = { phase: "rolling-back", canary: null };

/** A Deployment during a canary whose Pod is never created. */
async function inCanary(): Promise<RolloutApi> {
  const api = new RolloutApi();
  api.workload("deployments", "gate");
  await api.certificate("gate-tls", CANARY, 1);
  await api.reconcile("gate-tls");
  expect(api.state("deployments", "gate")).toMatchObject({ phase: "canary" });
  expect(api.live("deployments", "gate").spec.minReadySeconds).toBeGreaterThan(1e9);
  api.live("deployments", "gate").status.updatedReplicas = 1;
  return api;
}

describe("reconcileCertificate rolls a canary back after its timeout, and does not promote it before, when", () => {
  it("the Certificate was created again and has no revision", async () => {
    const api = await inCanary();
    await api.certificate("gate-tls", CANARY);
    expect((await api.reconcile("gate-tls")).retryAfterMs).toBeGreaterThan(0);
    expect(api.state("deployments", "gate")).toMatchObject({ phase: "canary" });
    await api.reconcile("gate-tls", 60_000);
    expect(api.state("deployments", "gate")).toMatchObject({ ...ROLLED_BACK, reason: "TimedOut" });
    expect(api.live("deployments", "gate").spec.minReadySeconds).toBeUndefined();
    expect(api.condition("gate-tls")).toMatchObject({ status: "Unknown", reason: "WaitingForCertificate" });
  });

  it("the CertificateRequest was deleted", async () => {
    const api = await inCanary();
    for (const key of api.objects.keys()) if (key.includes("certificaterequests")) api.objects.delete(key);
    expect((await api.reconcile("gate-tls")).retryAfterMs).toBeLessThanOrEqual(1_000);
    await api.reconcile("gate-tls", 60_000);
    expect(api.state("deployments", "gate")).toMatchObject({ ...ROLLED_BACK, reason: "TimedOut" });
    expect(api.condition("gate-tls")).toMatchObject({ status: "False", reason: "CertificateUnknown" });
  });

  it("the annotations of the Certificate cannot be used", async () => {
    const api = await inCanary();
    await api.certificate("gate-tls", { ...CANARY, "postern.dev/canary": "none" }, 1);
    await api.reconcile("gate-tls");
    expect(api.condition("gate-tls")).toMatchObject({ reason: "BadAnnotations" });
    expect(await api.reconcileOrphan(GATE)).toBeGreaterThan(0);
    expect(api.state("deployments", "gate")).toMatchObject({ phase: "canary" });
    await api.reconcileOrphan(GATE, 60_000);
    expect(api.state("deployments", "gate")).toMatchObject(ROLLED_BACK);
    api.live("deployments", "gate").status.updatedReplicas = 2;
    await api.reconcileOrphan(GATE);
    expect(api.state("deployments", "gate")).toMatchObject({ phase: "rolled-back" });
  });
});

it("reconcileCertificate promotes a canary that serves the certificate while the Certificate has no revision", async () => {
  const api = await inCanary();
  const { annotations } = api.live("deployments", "gate").spec.template.metadata;
  api.pod("gate-1-a", { kind: "ReplicaSet", name: "gate-1", uid: "r" }, annotations);
  await api.certificate("gate-tls", CANARY);
  await api.reconcile("gate-tls");
  expect(api.state("deployments", "gate")).toMatchObject({ phase: "rolling" });
});

it("reconcileCertificate begins no rollout and marks no Pod while the Certificate has no revision", async () => {
  for (const annotations of [CANARY, IN_PLACE]) {
    const api = new RolloutApi();
    api.workload("deployments", "gate");
    api.pod("gate-1-a", { kind: "ReplicaSet", name: "gate-1", uid: "r" });
    await api.certificate("gate-tls", annotations);
    expect(await api.reconcile("gate-tls")).toEqual({ retryAfterMs: undefined, isGone: false });
    expect(api.calls.filter(({ method, path }) => method === "PATCH" && !path.includes("/certificates/"))).toEqual([]);
  }
});

describe("reconcileCertificate continues the rollouts of other workloads and sets the condition", () => {
  const BOTH = { ...CANARY, "postern.dev/rollout": "deployment/bad,deployment/gate" };

  it("when the state of one workload is unreadable", async () => {
    const api = await inCanary();
    api.workload("deployments", "bad", { annotations: { "postern.dev/rollout-state": "{}" } });
    await api.certificate("gate-tls", BOTH, 1);
    await expect(api.reconcile("gate-tls", 61_000)).rejects.toMatchObject({ code: "unreadable-state" });
    expect(api.state("deployments", "gate")).toMatchObject(ROLLED_BACK);
    expect(api.condition("gate-tls")).toMatchObject({ status: "False", reason: "UnreadableState" });
    expect(api.condition("gate-tls").message).toContain("deployment/bad: annotation postern.dev/rollout-state");
  });

  it("when the API server refuses the write of one workload", async () => {
    const api = await inCanary();
    api.workload("deployments", "bad");
    await api.certificate("gate-tls", BOTH, 1);
    api.refuse = ({ method, path }) =>
      method === "PATCH" && path.includes("/bad")
        ? { status: 403, body: { message: "denied by a policy" } }
        : undefined;
    await expect(api.reconcile("gate-tls", 61_000)).rejects.toMatchObject({ code: "cluster-refused" });
    expect(api.state("deployments", "gate")).toMatchObject(ROLLED_BACK);
    expect(api.condition("gate-tls")).toMatchObject({ status: "Unknown", reason: "Refused" });
    expect(api.condition("gate-tls").message).toContain("denied by a policy");
  });
});

it("reconcileCertificate continues after a refused Event and reports it once", async () => {
  const api = await inCanary();
  api.refuse = ({ path }) => (path.includes("/events") ? { status: 403, body: { message: "quota" } } : undefined);
  await api.reconcile("gate-tls", 30_000);
  await api.reconcile("gate-tls", 31_000);
  expect(api.state("deployments", "gate")).toMatchObject(ROLLED_BACK);
  expect(api.refusedEvents).toEqual(["an Event cannot be written: 403 quota"]);
});

/** The marks of an earlier rollout. */
const MARKED = { "postern.dev/certificate-revision": "0", "x-certificate-serial": "a0" };

it("reconcileCertificate deletes only Pods that the workload owns, not others that its selector matches", async () => {
  const api = new RolloutApi();
  const numbers = { desiredNumberScheduled: 1, updatedNumberScheduled: 0, numberAvailable: 1 };
  api.workload("daemonsets", "gate", {
    spec: { updateStrategy: { type: "RollingUpdate" }, template: { metadata: { annotations: MARKED } } },
    status: numbers,
  });
  api.pod("a-foreign", { kind: "ReplicaSet", name: "other-1", uid: "r" }, MARKED);
  api.pod("b-own", { kind: "DaemonSet", name: "gate", uid: "u-daemonsets-gate" }, MARKED);
  await api.certificate("gate-tls", { ...CANARY, "postern.dev/rollout": "daemonset/gate" }, 1);
  for (let count = 0; count < 4; count += 1) await api.reconcile("gate-tls");
  expect(api.pods()).toEqual(["a-foreign"]);
});

describe("reconcileCertificate with the policy in-place", () => {
  async function inPlace(): Promise<RolloutApi> {
    const api = new RolloutApi();
    api.workload("deployments", "gate", { replicas: 1 });
    api.workload("deployments", "other", { replicas: 1 });
    api.pod("gate-1-a", { kind: "ReplicaSet", name: "gate-1", uid: "r" });
    api.pod("other-1-a", { kind: "ReplicaSet", name: "other-1", uid: "r" });
    api.probe = async () => ({ ok: false, reason: "serves another" });
    return api;
  }

  it("starts the timeout when the certificate is issued, and then sets NotServed", async () => {
    const api = await inPlace();
    await api.certificate("gate-tls", IN_PLACE);
    await api.reconcile("gate-tls");
    const waiting = api.condition("gate-tls");
    await api.certificate("gate-tls", IN_PLACE, 1);
    api.objects.get("/apis/cert-manager.io/v1/namespaces/gates/certificates/gate-tls").status.conditions.push(waiting);
    for (const afterMs of [600_000, 1_000, 50_000]) {
      await api.reconcile("gate-tls", afterMs);
      expect(api.condition("gate-tls")).toMatchObject({ status: "Unknown", reason: "InPlace" });
    }
    await api.reconcile("gate-tls", 15_000);
    expect(api.condition("gate-tls")).toMatchObject({ status: "False", reason: "NotServed" });
    await api.reconcile("gate-tls", 1_000);
    expect(api.condition("gate-tls")).toMatchObject({ status: "False", reason: "NotServed" });
  });

  it("marks the Pod, and says on it that the marks are not of its template", async () => {
    const api = await inPlace();
    await api.certificate("gate-tls", IN_PLACE, 1);
    await api.reconcile("gate-tls");
    const { annotations } = api.objects.get("/api/v1/namespaces/gates/pods/gate-1-a").metadata;
    expect(annotations).toEqual({
      "postern.dev/certificate-revision": "1",
      "x-certificate-serial": expect.stringMatching(/^[0-9a-f]+$/),
      "postern.dev/rollout-in-place": "true",
    });
  });

  it("sets NotServed although the stored condition claims to begin in the future", async () => {
    const api = await inPlace();
    await api.certificate("gate-tls", IN_PLACE, 1);
    await api.reconcile("gate-tls");
    const forged = { ...api.condition("gate-tls"), lastTransitionTime: "2126-01-01T00:00:00Z" };
    const stored = api.objects.get("/apis/cert-manager.io/v1/namespaces/gates/certificates/gate-tls");
    stored.status.conditions = stored.status.conditions.map((it: { type: string }) =>
      it.type === "RolledOut" ? forged : it,
    );
    await api.reconcile("gate-tls", 1_000);
    await api.reconcile("gate-tls", 61_000);
    expect(api.condition("gate-tls")).toMatchObject({ status: "False", reason: "NotServed" });
  });

  it("starts the timeout again for each revision and each workload", async () => {
    const api = await inPlace();
    const both = { ...IN_PLACE, "postern.dev/rollout": "deployment/gate,deployment/other" };
    await api.certificate("gate-tls", both, 1);
    await api.reconcile("gate-tls");
    await api.reconcile("gate-tls", 59_000);
    const before = api.condition("gate-tls");
    await api.certificate("gate-tls", both, 2);
    api.objects.get("/apis/cert-manager.io/v1/namespaces/gates/certificates/gate-tls").status.conditions.push(before);
    await api.reconcile("gate-tls", 2_000);
    await api.reconcile("gate-tls", 50_000);
    expect(api.condition("gate-tls")).toMatchObject({ reason: "InPlace" });
    // The first workload has no Pods now. The timeout of the second starts here.
    api.objects.delete("/api/v1/namespaces/gates/pods/gate-1-a");
    api.workload("deployments", "gate", { replicas: 0 });
    for (const afterMs of [20_000, 50_000]) {
      await api.reconcile("gate-tls", afterMs);
      expect(api.condition("gate-tls")).toMatchObject({ reason: "InPlace" });
    }
  });
});
