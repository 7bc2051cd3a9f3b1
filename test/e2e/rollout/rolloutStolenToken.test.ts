import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nextRolloutStep, type RolloutObservation } from "../../../src/rollout/plan/nextRolloutStep.ts";
import { RolloutCluster } from "../../../src/rollout/RolloutCluster.ts";
import { readRolloutSettings } from "../../../src/rollout/RolloutSettings.ts";
import { rolloutEvent } from "../../../src/rollout/report/rolloutEvent.ts";
import type { PodView } from "../../../src/rollout/workload/PodView.ts";
import { WORKLOAD_KINDS, type WorkloadRef } from "../../../src/rollout/workload/WorkloadRef.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { eventually } from "../../run/eventually.ts";
import { writeAsMany } from "../api/foreignManagedFields.ts";
import { at, begun, IN_PROGRESS, NAMESPACE, PLAIN, RolloutTokenBed, STATE } from "./RolloutTokenBed.ts";
import { rolloutOwnerAttempts } from "./rolloutOwnerAttempts.ts";
import { rolloutStateAttempts } from "./rolloutStateAttempts.ts";
import { deletePod, EVENT, ownLease, rolloutTokenAttempts } from "./rolloutTokenAttempts.ts";

const MARKED = { "postern.dev/certificate-revision": "0", "x-certificate-serial": "a0" };
const SETTINGS = { "postern.dev/rollout": "deployment/moving", "postern.dev/renewal-policy": "canary" };

let bed: RolloutTokenBed;
let cluster: RolloutCluster;

beforeAll(async () => {
  bed = await RolloutTokenBed.start();
  cluster = new RolloutCluster(bed.api, () => true);
  await bed.pod("bare", "");
  await bed.pod("of-deployment", "ReplicaSet", MARKED);
  await bed.pod("of-job", "Job", MARKED);
  await bed.pod("of-statefulset", "StatefulSet");
  await bed.pod("of-daemonset", "DaemonSet");
  await bed.pod("of-rollout", "DaemonSet", MARKED);
  await bed.pod("reloading", "DaemonSet");
  await bed.pod("reloaded", "StatefulSet", { ...MARKED, "postern.dev/rollout-in-place": "true" });
  const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-1", uid: "u", controller: true };
  await bed.create(at.pod("", PLAIN), {
    metadata: { name: "plain", ownerReferences: [owner] },
    spec: { containers: [{ name: "app", image: "registry.example.com/app:1" }] },
  });
  await bed.create(at.lease(""), { metadata: { name: "held" }, spec: {} });
});

afterAll(() => bed?.stop());

const DENIED =
  /ValidatingAdmissionPolicy 'postern-rollout-(workloads|begins|pods|certificates|leases|events)'|User "system:serviceaccount:\S+" cannot/;

describe("the API server denies the rollout controller's token to", () => {
  it.each([...rolloutTokenAttempts, ...rolloutStateAttempts, ...rolloutOwnerAttempts])("%s", async (_, send) => {
    const { status, body } = await send(bed);
    expect([403, 422], JSON.stringify(body)).toContain(status);
    expect(body.message).toMatch(DENIED);
  });
});

/** Takes the next step of the controller, with its token. */
async function step(ref: WorkloadRef, more: Partial<RolloutObservation> & { revision?: number } = {}): Promise<string> {
  const workload = await cluster.workload(NAMESPACE, ref);
  const settings = readRolloutSettings(SETTINGS);
  if (workload === undefined || settings === undefined) throw new Error("no workload");
  const { revision = 1, ...observed } = more;
  const goal = {
    namespace: NAMESPACE,
    certificate: "moving-tls",
    issued: { revision, serial: `a${revision}` },
    mayBegin: true,
    settings,
  };
  const next = nextRolloutStep({ goal, workload, pods: [], now: Date.now(), ...observed });
  if ("workload" in next)
    // The API server's cache of Certificates may be behind.
    await eventually(`the step ${next.kind} of ${ref.kind}`, () =>
      cluster.write(NAMESPACE, next).then(
        () => true as const,
        (error: Error) => {
          if (/postern-rollout-begins/.test(error.message)) return undefined;
          throw error;
        },
      ),
    );
  return next.kind;
}

/** Writes the status that the workload's controller writes when all Pods are replaced, or when none is. */
async function setStatus({ kind, name }: WorkloadRef, isSettled: boolean): Promise<void> {
  const path = at.workload(`${kind.toLowerCase()}s`, name);
  const [all, done] = [3, isSettled ? 3 : 0];
  const status = {
    observedGeneration: isSettled ? 1_000_000 : 0,
    replicas: all,
    updatedReplicas: done,
    readyReplicas: all,
    availableReplicas: all,
    ...(kind === "StatefulSet" ? { currentRevision: "x", updateRevision: isSettled ? "x" : "y" } : {}),
  };
  const daemon = {
    observedGeneration: status.observedGeneration,
    currentNumberScheduled: all,
    numberMisscheduled: 0,
    desiredNumberScheduled: all,
    numberReady: all,
    updatedNumberScheduled: done,
    numberAvailable: all,
  };
  const answer = await bed.cluster.api.merge(`${path}/status`, { status: kind === "DaemonSet" ? daemon : status });
  if (answer.status !== 200) throw new Error(answer.body.message);
}

const canaryPod = (revision: number, ok: boolean): PodView => ({
  name: "canary",
  uid: "u",
  owner: undefined,
  ip: "127.0.0.1",
  isReady: true,
  readySince: 1,
  isTerminating: false,
  hasAnnotations: true,
  marks: { revision: String(revision), serial: `a${revision}`, request: null },
  probe: ok ? { ok } : { ok, reason: "serves another" },
});

const liveOf = ({ kind, name }: WorkloadRef): Promise<KubeObject> =>
  bed.live(at.workload(`${kind.toLowerCase()}s`, name));

describe.each(WORKLOAD_KINDS)("the API server allows the controller's token, for a %s,", (kind) => {
  it("to roll, to try a canary, to replace it by another, to roll back and to abandon, and restores the strategy", async () => {
    const ref = { kind, name: "moving" };
    const before = (await liveOf(ref)).spec;
    const steps: string[] = [];
    const take = async (more: Parameters<typeof step>[1] = {}): Promise<void> => {
      steps.push(await step(ref, more));
    };
    await setStatus(ref, false);
    // The first rollout of a DaemonSet has no canary.
    await take();
    if (kind !== "DaemonSet") await take({ pods: [canaryPod(1, true)] });
    await setStatus(ref, true);
    await take();
    // A second revision, which another one replaces during its canary.
    await setStatus(ref, false);
    await take({ revision: 2 });
    await take({ revision: 3 });
    await take({ revision: 3, pods: [canaryPod(3, true)] });
    await setStatus(ref, true);
    await take({ revision: 3 });
    // A third one, which fails its probe.
    await setStatus(ref, false);
    await take({ revision: 4 });
    await take({ revision: 4, pods: [canaryPod(4, false)], now: Date.now() + 60_000 });
    await setStatus(ref, true);
    await take({ revision: 4 });
    // A fourth one, whose Certificate is deleted.
    await setStatus(ref, false);
    await take({ revision: 5 });
    await take({ goal: undefined });
    await setStatus(ref, true);
    await take({ goal: undefined });
    expect(steps).toEqual([
      "begin",
      ...(kind === "DaemonSet" ? [] : ["promote"]),
      "finish",
      "begin",
      "begin",
      "promote",
      "finish",
      "begin",
      "roll-back",
      "settle",
      "begin",
      "roll-back",
      "settle",
    ]);
    const { spec, metadata } = await liveOf(ref);
    const { template, ...after } = spec;
    const { template: first, ...rest } = before;
    expect(after).toEqual(rest);
    expect(template.spec).toEqual(first.spec);
    expect(template.metadata.annotations).toEqual({
      "example.com/kept": "yes",
      "postern.dev/certificate-revision": "3",
      "x-certificate-serial": "a3",
    });
    expect(metadata.labels).not.toHaveProperty(IN_PROGRESS);
  });
});

describe("the API server allows the controller's token", () => {
  it("to restore the strategy after kubectl rollout undo took the state of a canary back", async () => {
    const ref = { kind: "Deployment", name: "undone" } as const;
    await setStatus(ref, true);
    const { strategy, progressDeadlineSeconds } = (await liveOf(ref)).spec;
    expect([await step(ref, { goal: undefined }), await step(ref)]).toEqual(["in-step", "begin"]);
    // The state of before, as far as there was one, comes back with the template. The staging and the label stay.
    const { template } = (await liveOf(ref)).spec;
    const annotations = { [STATE]: null };
    const path = at.workload("deployments", "undone");
    const undone = await bed.cluster.api.merge(path, { metadata: { annotations }, spec: { template } });
    expect(undone.status, undone.body.message).toBe(200);
    expect(await step(ref, { goal: undefined })).toBe("restore");
    const { spec, metadata } = await liveOf(ref);
    // The state is lost, so the API server's defaults are written.
    const defaults = { maxSurge: "25%", maxUnavailable: "25%" };
    expect([spec.strategy, spec.minReadySeconds ?? 0, spec.progressDeadlineSeconds]).toEqual([
      { ...strategy, rollingUpdate: defaults },
      0,
      progressDeadlineSeconds,
    ]);
    expect(metadata.labels).not.toHaveProperty(IN_PROGRESS);
  });

  it("to begin at a Deployment with more field managers than the API server keeps", async () => {
    const path = at.workload("deployments", "crowded");
    await writeAsMany(bed.cluster.api, path);
    // The API server's cache of Certificates may be behind.
    const managers = await eventually("the rollout to begin", async () => {
      const { status, body } = await bed.call("PATCH", path, begun("moving-tls"));
      if (/postern-rollout-begins/.test(body.message)) return undefined;
      expect(status, body.message).toBe(200);
      return body.metadata.managedFields;
    });
    expect(managers.map(({ manager }: KubeObject) => manager)).toContain("ancient-changes");
    // Not more than one of them goes.
    const emptied = await bed.call("PATCH", path, { metadata: { managedFields: managers.slice(0, 5) } });
    expect(emptied.status, emptied.body.message).toBe(422);
  });

  it("to mark a Pod in place, again and without the request of before", async () => {
    await bed.pod("in-place", "ReplicaSet", { "example.com/a": "b" });
    const view = { ...canaryPod(0, true), name: "in-place", marks: { revision: null, serial: null, request: null } };
    const { uid } = (await bed.live(at.pod("in-place"))).metadata;
    const first = { revision: "1", serial: "a1", request: "again" };
    const second = { revision: "2", serial: "a2", request: null };
    await cluster.markPod(NAMESPACE, { ...view, uid }, first);
    await cluster.markPod(NAMESPACE, { ...view, uid, marks: first }, second);
    expect((await bed.live(at.pod("in-place"))).metadata.annotations).toEqual({
      "example.com/a": "b",
      "postern.dev/certificate-revision": "2",
      "x-certificate-serial": "a2",
      "postern.dev/rollout-in-place": "true",
    });
  });

  it.each(["DaemonSet", "StatefulSet"])("to delete a Pod of a %s that a rollout created", async (kind) => {
    const name = `rolled-${kind.toLowerCase()}`;
    const { metadata } = await bed.pod(name, kind, MARKED);
    await cluster.deletePod(NAMESPACE, { ...canaryPod(0, true), name, uid: metadata.uid });
    const gone = await bed.cluster.api.get(at.pod(name));
    expect(gone.status === 404 || gone.body.metadata.deletionTimestamp !== undefined).toBe(true);
    await bed.pod(`${name}-2`, kind, MARKED);
    expect((await deletePod(bed, `${name}-2`)).status).toBe(200);
  });

  it("to write the condition, a request, an Event and its Lease", async () => {
    const certificate = await cluster.certificate(NAMESPACE, "gate-tls");
    if (certificate === undefined) throw new Error("no Certificate");
    for (const status of ["Unknown", "True"] as const) {
      const lastTransitionTime = "2026-01-01T00:00:00Z";
      const condition = { type: "RolledOut", status, reason: "RolledOut", message: "x", lastTransitionTime } as const;
      await cluster.setCondition(certificate, { ...condition, observedGeneration: 1 });
    }
    await cluster.request(NAMESPACE, "gate-tls", "2026-01-01T00:00:00Z-abcdef", "system:serviceaccount:gates:may");
    const content = { type: "Normal", reason: "RolledOut", note: "x", key: "k" } as const;
    await cluster.event(certificate, rolloutEvent(certificate, content, Date.now()));
    const long = { ...certificate, name: "n".repeat(253) };
    await cluster.event(long, rolloutEvent(long, content, Date.now()));
    expect((await bed.call("POST", at.events, EVENT)).status).toBe(201);
    const spec = { holderIdentity: "x", leaseDurationSeconds: 15 };
    await bed.cluster.api.call("DELETE", at.lease("postern-rollout"));
    const created = await bed.call("POST", at.lease(""), { metadata: { name: "postern-rollout" }, spec });
    expect(created.status, created.body.message).toBe(201);
    const renewed = await bed.call("PUT", at.lease("postern-rollout"), {
      ...created.body,
      spec: { ...spec, holderIdentity: "" },
    });
    expect(renewed.status, renewed.body.message).toBe(200);
  });

  it("to renew a Lease that has labels of an administrator, with and without them", async () => {
    const path = await ownLease(bed);
    const { metadata, ...lease } = await bed.live(path);
    expect(metadata.labels).toEqual({ "example.com/owner": "team" });
    const kept = await bed.call("PUT", path, { ...lease, metadata });
    expect(kept.status, kept.body.message).toBe(200);
    const dropped = await bed.call("PUT", path, {
      ...lease,
      metadata: { name: metadata.name, resourceVersion: kept.body.metadata.resourceVersion },
    });
    expect(dropped.status, dropped.body.message).toBe(200);
    expect((await bed.live(path)).metadata.labels).toBeUndefined();
  });
});

// The threat model names these. CEL cannot look up an object by name: each Certificate of a namespace judges a write by
// itself, and all must allow it.
it("an administrator may restart and change workloads and Pods in a namespace without Certificates", async () => {
  const restarted = { "kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00Z" };
  const template = { spec: { template: { metadata: { annotations: restarted } } } };
  const changed = { metadata: { annotations: restarted } };
  const { api } = bed.cluster;
  expect((await api.merge(at.workload("deployments", "web", PLAIN), template)).status).toBe(200);
  expect((await api.merge(at.pod("plain", PLAIN), changed)).status).toBe(200);
});

describe("the API server does not deny a stolen token", () => {
  const dry = { query: { dryRun: "All" } };

  it("to begin in a namespace without Certificates", async () => {
    const { status } = await bed.call("PATCH", at.workload("deployments", "web", PLAIN), begun("gate-tls"), dry);
    expect(status).toBe(200);
  });

  it.each(["ghost", "gate-tls-"])("to begin for %s, a Certificate that does not exist, beside others", async (name) => {
    // The API server's cache of Certificates may be behind: without any, it denies.
    await eventually(`a rollout for ${name} to be allowed`, async () => {
      const { status } = await bed.call("PATCH", at.workload("deployments", "other"), begun(name), dry);
      return status === 200 ? true : undefined;
    });
  });

  it("to delete a Pod with the marks of a rollout, in a namespace without Certificates", async () => {
    const owner = { apiVersion: "apps/v1", kind: "DaemonSet", name: "any", uid: "u", controller: true };
    const { metadata } = await bed.create(at.pod("", PLAIN), {
      metadata: { name: "marked", annotations: MARKED, ownerReferences: [owner] },
      spec: { containers: [{ name: "app", image: "registry.example.com/app:1" }] },
    });
    const body = { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid: metadata.uid } };
    const json = { contentType: "application/json" };
    expect((await bed.call("DELETE", at.pod("marked", PLAIN), body, json)).status).toBe(200);
  });
});
