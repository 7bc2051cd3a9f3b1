import { expect } from "vitest";
import { eventually } from "../../run/eventually.ts";
import { patience, scaled } from "../../run/speedFactor.ts";
import type { ConcurrentTests } from "../run/concurrentTests.ts";
import { inSeconds } from "../run/inSeconds.ts";
import type { RolloutBed } from "./RolloutBed.ts";

/** Timeout annotations: of a rollout that completes, and of one that times out. */
const LONG_TIMEOUT = { "postern.dev/timeout-seconds": String(inSeconds(patience(40_000))) };
const SHORT_TIMEOUT = { "postern.dev/timeout-seconds": String(inSeconds(scaled(12_000))) };
const CANARY = { "postern.dev/renewal-policy": "canary" };
/** Long, because a StatefulSet replaces its replicas one after the other. */
const ROLLOUT_TIMEOUT_MS = patience(150_000);

type Kind = "StatefulSet" | "DaemonSet";

const strategyOf = (spec: { strategy?: unknown; updateStrategy?: unknown }): unknown =>
  spec.strategy ?? spec.updateStrategy;

/** Tests of the controller with StatefulSets, DaemonSets and the renewal policy in-place. */
export function rolloutKinds(bedOf: () => RolloutBed): ConcurrentTests {
  return {
    ...testsOf(bedOf, "StatefulSet"),
    ...testsOf(bedOf, "DaemonSet"),
    "annotates each Pod with the new revision under the policy in-place, and every Pod serves it without a restart":
      () => reloadInPlace(bedOf()),
    "names a Pod under the policy in-place that does not reload its certificate": () => reportUnreloadedPod(bedOf()),
  };
}

function testsOf(bedOf: () => RolloutBed, kind: Kind): ConcurrentTests {
  return {
    [`rolls a ${kind} at a renewal, and at the next one replaces a canary first`]: () => rollByCanary(bedOf(), kind),
    [`rolls back a ${kind} when its canary never becomes ready`]: () => rollBack(bedOf(), kind),
  };
}

const revisions = async (bed: RolloutBed, name: string): Promise<string[]> =>
  [...new Set((await bed.pods(name)).map(({ revision }) => revision))].sort();

async function rollByCanary(bed: RolloutBed, kind: Kind): Promise<void> {
  const lowerCaseKind = kind.toLowerCase();
  const name = `${lowerCaseKind}-good`;
  await bed.certificates.create(name, { "postern.dev/rollout": `${lowerCaseKind}/${name}`, ...LONG_TIMEOUT });
  await bed.createWorkload(name, name, { kind, replicas: 3 });
  await bed.certificates.waitForCondition(name, { status: "True", revision: 1 });
  const before = strategyOf((await bed.live(kind, name)).spec);
  await bed.certificates.renew(name);
  await bed.certificates.waitForCondition(name, { status: "True", revision: 2, timeoutMs: ROLLOUT_TIMEOUT_MS });
  expect(await revisions(bed, name)).toEqual(["2"]);
  await bed.certificates.annotate(name, CANARY);
  await bed.certificates.renew(name);
  const canaryCounts: number[] = [];
  await eventually(
    "the canary to be passed",
    async () => {
      const pods = await bed.pods(name);
      const phase = await bed.phase(kind, name, 3);
      if (phase === "canary") canaryCounts.push(pods.filter(({ revision }) => revision === "3").length);
      return phase === "rolling" || phase === "done" ? true : undefined;
    },
    ROLLOUT_TIMEOUT_MS,
  );
  expect(Math.max(...canaryCounts)).toBe(1);
  await bed.certificates.waitForCondition(name, { status: "True", revision: 3, timeoutMs: ROLLOUT_TIMEOUT_MS });
  expect(await revisions(bed, name)).toEqual(["3"]);
  expect(strategyOf((await bed.live(kind, name)).spec)).toEqual(before);
  expect((await bed.certificates.events(name)).slice(-3)).toEqual(["CanaryStarted", "CanaryPassed", "RolledOut"]);
}

async function rollBack(bed: RolloutBed, kind: Kind): Promise<void> {
  const lowerCaseKind = kind.toLowerCase();
  const name = `${lowerCaseKind}-bad`;
  await bed.certificates.create(name, { "postern.dev/rollout": `${lowerCaseKind}/${name}`, ...LONG_TIMEOUT });
  await bed.createWorkload(name, name, { kind, replicas: 2, env: { POSTERN_TLS_HOSTS: "gate.example.com" } });
  await bed.certificates.waitForCondition(name, { status: "True", revision: 1 });
  await bed.certificates.annotate(name, { ...CANARY, ...SHORT_TIMEOUT });
  const before = strategyOf((await bed.live(kind, name)).spec);
  await bed.certificates.changeSpec(name, { dnsNames: ["another.example.com"] });
  await eventually("the rollback to start", async () =>
    (await bed.phase(kind, name)) === "rolling-back" ? true : undefined,
  );
  // A replaced Pod loads the current certificate. Until the Certificate is valid again, the former canary is not ready.
  await bed.certificates.annotate(name, LONG_TIMEOUT);
  await bed.certificates.changeSpec(name, { dnsNames: ["gate.example.com"] });
  await bed.certificates.waitForCondition(name, { status: "True", revision: 3, timeoutMs: ROLLOUT_TIMEOUT_MS });
  expect(await revisions(bed, name)).toEqual(["3"]);
  expect(strategyOf((await bed.live(kind, name)).spec)).toEqual(before);
  expect(await bed.certificates.events(name)).toContain("RollingBack");
}

const IN_PLACE = { ...LONG_TIMEOUT, "postern.dev/renewal-policy": "in-place" };

async function reloadInPlace(bed: RolloutBed): Promise<void> {
  await bed.certificates.create("placed", { ...IN_PLACE, "postern.dev/rollout": "deployment/placed" });
  const env = { POSTERN_RENEWING_FILE: "/etc/pod/certificate-revision", POSTERN_VERDICT_LINES: "1" };
  await bed.createWorkload("placed", "placed", { replicas: 2, isReloaded: true, env });
  await bed.certificates.waitForCondition("placed", { status: "True", revision: 1 });
  const before = (await bed.pods("placed")).map(({ name }) => name).sort();
  for (const revision of [2, 3]) {
    expect(await bed.certificates.renew("placed")).toBe(revision);
    await bed.certificates.waitForCondition("placed", { status: "True", revision });
    const pods = await bed.pods("placed");
    expect(pods.map(({ name }) => name).sort()).toEqual(before);
    expect(new Set(pods.map((pod) => pod.revision))).toEqual(new Set([String(revision)]));
    // When annotations of a Pod change, the kubelet updates its files immediately, also those of the Secret.
    for (const name of before)
      await eventually(`revision ${revision} in the file of ${name}`, async () => {
        const file = ["exec", name, "--", "cat", "/etc/pod/certificate-revision"];
        const { stdout } = await bed.cluster.kubectl(["-n", bed.ns.name, ...file]);
        return stdout === String(revision) ? true : undefined;
      });
  }
  expect((await bed.live("Deployment", "placed")).spec.template.metadata.annotations).toBeUndefined();
}

async function reportUnreloadedPod(bed: RolloutBed): Promise<void> {
  await bed.certificates.create("unreloaded", { ...IN_PLACE, "postern.dev/rollout": "deployment/unreloaded" });
  await bed.createWorkload("unreloaded", "unreloaded", { replicas: 1 });
  await bed.certificates.waitForCondition("unreloaded", { status: "True", revision: 1 });
  // Set after the first Pod has started, because that may take longer.
  await bed.certificates.annotate("unreloaded", { "postern.dev/timeout-seconds": String(inSeconds(scaled(3_000))) });
  await bed.certificates.renew("unreloaded");
  const { message } = await bed.certificates.waitForCondition("unreloaded", {
    status: "False",
    revision: 2,
    reason: "NotServed",
  });
  expect(message).toMatch(/0 of 1 Pods serve the new certificate; Pod unreloaded-\S+: serves serial /);
  expect(await bed.certificates.events("unreloaded")).toEqual(["NotServed"]);
}
