import { expect } from "vitest";
import { eventually } from "../run/eventually.ts";
import { patience, scaled } from "../run/speedFactor.ts";
import { inSeconds } from "./inSeconds.ts";
import type { RolloutBed } from "./RolloutBed.ts";
import type { SideBySide } from "./sideBySide.ts";

/** Of a rollout that comes to its end, and of one that does not. */
const ENOUGH = { "postern.dev/timeout-seconds": String(inSeconds(patience(40_000))) };
const SHORT = { "postern.dev/timeout-seconds": String(inSeconds(scaled(12_000))) };
const CANARY = { "postern.dev/renewal-policy": "canary" };
/** For each replica of a StatefulSet goes after the other. In milliseconds. */
const PATIENCE = patience(150_000);

type Kind = "StatefulSet" | "DaemonSet";

const STRATEGY = (spec: { strategy?: unknown; updateStrategy?: unknown }): unknown =>
  spec.strategy ?? spec.updateStrategy;

/** What a controller does with workloads that are no Deployments, and in place. */
export function rolloutKinds(bedOf: () => RolloutBed): SideBySide {
  return {
    ...ofKind(bedOf, "StatefulSet"),
    ...ofKind(bedOf, "DaemonSet"),
    "in place, no Pod is replaced: each is told of the revision, and serves it": () => inPlace(bedOf()),
    "in place, a Pod that does not follow its certificate is named": () => deaf(bedOf()),
  };
}

function ofKind(bedOf: () => RolloutBed, kind: Kind): SideBySide {
  return {
    [`a ${kind} is rolled, and by canary: a part first, then the rest`]: () => rolledByParts(bedOf(), kind),
    [`a ${kind} goes back when its canary never is ready`]: () => goesBack(bedOf(), kind),
  };
}

const revisions = async (bed: RolloutBed, name: string): Promise<string[]> =>
  [...new Set((await bed.pods(name)).map(({ revision }) => revision))].sort();

async function rolledByParts(bed: RolloutBed, kind: Kind): Promise<void> {
  const low = kind.toLowerCase();
  const name = `${low}-good`;
  await bed.certificate(name, { "postern.dev/rollout": `${low}/${name}`, ...ENOUGH });
  await bed.workload(name, name, { kind, replicas: 3 });
  await bed.condition(name, "True", 1);
  const before = STRATEGY((await bed.live(kind, name)).spec);
  await bed.renew(name);
  await bed.condition(name, "True", 2, undefined, PATIENCE);
  expect(await revisions(bed, name)).toEqual(["2"]);
  await bed.annotate(name, CANARY);
  await bed.renew(name);
  const most: number[] = [];
  await eventually(
    "the canary to be passed",
    async () => {
      const pods = await bed.pods(name);
      const phase = await bed.phase(kind, name, 3);
      if (phase === "canary") most.push(pods.filter(({ revision }) => revision === "3").length);
      return phase === "rolling" || phase === "done" ? true : undefined;
    },
    PATIENCE,
  );
  expect(Math.max(...most)).toBe(1);
  await bed.condition(name, "True", 3, undefined, PATIENCE);
  expect(await revisions(bed, name)).toEqual(["3"]);
  expect(STRATEGY((await bed.live(kind, name)).spec)).toEqual(before);
  expect((await bed.events(name)).slice(-3)).toEqual(["CanaryStarted", "CanaryPassed", "RolledOut"]);
}

async function goesBack(bed: RolloutBed, kind: Kind): Promise<void> {
  const low = kind.toLowerCase();
  const name = `${low}-bad`;
  await bed.certificate(name, { "postern.dev/rollout": `${low}/${name}`, ...ENOUGH });
  await bed.workload(name, name, { kind, replicas: 2, env: { POSTERN_TLS_HOSTS: "gate.example.com" } });
  await bed.condition(name, "True", 1);
  await bed.annotate(name, { ...CANARY, ...SHORT });
  const before = STRATEGY((await bed.live(kind, name)).spec);
  await bed.respec(name, { dnsNames: ["another.example.com"] });
  await eventually("it to go back", async () => ((await bed.phase(kind, name)) === "rolling-back" ? true : undefined));
  // What was replaced takes up the Certificate that there is: until that is mended, a Pod that was the canary stays down.
  await bed.annotate(name, ENOUGH);
  await bed.respec(name, { dnsNames: ["gate.example.com"] });
  await bed.condition(name, "True", 3, undefined, PATIENCE);
  expect(await revisions(bed, name)).toEqual(["3"]);
  expect(STRATEGY((await bed.live(kind, name)).spec)).toEqual(before);
  expect(await bed.events(name)).toContain("RollingBack");
}

const IN_PLACE = { ...ENOUGH, "postern.dev/renewal-policy": "in-place" };

async function inPlace(bed: RolloutBed): Promise<void> {
  await bed.certificate("placed", { ...IN_PLACE, "postern.dev/rollout": "deployment/placed" });
  const env = { POSTERN_RENEWING_FILE: "/etc/pod/certificate-revision", POSTERN_VERDICT_LINES: "1" };
  await bed.workload("placed", "placed", { replicas: 2, isFollowed: true, env });
  await bed.condition("placed", "True", 1);
  const before = (await bed.pods("placed")).map(({ name }) => name).sort();
  for (const revision of [2, 3]) {
    expect(await bed.renew("placed")).toBe(revision);
    await bed.condition("placed", "True", revision);
    const pods = await bed.pods("placed");
    expect(pods.map(({ name }) => name).sort()).toEqual(before);
    expect(new Set(pods.map((pod) => pod.revision))).toEqual(new Set([String(revision)]));
    // The kubelet brings a Pod whose annotations change its files at once, the Secret's too, and not within its minute.
    for (const name of before)
      await eventually(`revision ${revision} in the file of ${name}`, async () => {
        const file = ["exec", name, "--", "cat", "/etc/pod/certificate-revision"];
        const { stdout } = await bed.cluster.kubectl(["-n", bed.ns.name, ...file]);
        return stdout === String(revision) ? true : undefined;
      });
  }
  expect((await bed.live("Deployment", "placed")).spec.template.metadata.annotations).toBeUndefined();
}

async function deaf(bed: RolloutBed): Promise<void> {
  await bed.certificate("deaf", { ...IN_PLACE, "postern.dev/rollout": "deployment/deaf" });
  await bed.workload("deaf", "deaf", { replicas: 1 });
  await bed.condition("deaf", "True", 1);
  // Only now: its first Pod may take its time to start.
  await bed.annotate("deaf", { "postern.dev/timeout-seconds": String(inSeconds(scaled(3_000))) });
  await bed.renew("deaf");
  const { message } = await bed.condition("deaf", "False", 2, "NotServed");
  expect(message).toMatch(/0 of 1 Pods serve the new certificate; Pod deaf-\S+: serves serial /);
  expect(await bed.events("deaf")).toEqual(["NotServed"]);
}
