import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../cluster/eventually.ts";
import { RolloutBed } from "./RolloutBed.ts";

const TIMEOUT = { "postern.dev/timeout-seconds": "25" };
const CANARY = { ...TIMEOUT, "postern.dev/renewal-policy": "canary" };
/** For each replica of a StatefulSet goes after the other. In milliseconds. */
const PATIENCE = 150_000;

let bed: RolloutBed;

beforeAll(async () => {
  bed = await RolloutBed.start();
  await bed.controller();
});

afterAll(() => bed?.stop());

const STRATEGY = (spec: { strategy?: unknown; updateStrategy?: unknown }): unknown =>
  spec.strategy ?? spec.updateStrategy;

describe.each(["StatefulSet", "DaemonSet"] as const)("a %s", (kind) => {
  const low = kind.toLowerCase();
  const revisions = async (name: string): Promise<string[]> =>
    [...new Set((await bed.pods(name)).map(({ revision }) => revision))].sort();

  it("is rolled, and by canary: a part first, then the rest", { timeout: PATIENCE }, async () => {
    const name = `${low}-good`;
    await bed.certificate(name, { "postern.dev/rollout": `${low}/${name}`, ...TIMEOUT });
    await bed.workload(name, name, { kind, replicas: 3 });
    await bed.condition(name, "True", 1);
    const before = STRATEGY((await bed.live(kind, name)).spec);
    await bed.renew(name);
    await bed.condition(name, "True", 2);
    expect(await revisions(name)).toEqual(["2"]);
    await bed.annotate(name, CANARY);
    await bed.renew(name);
    const most: number[] = [];
    await eventually("the canary to be passed", async () => {
      const pods = await bed.pods(name);
      const phase = await bed.phase(kind, name, 3);
      if (phase === "canary") most.push(pods.filter(({ revision }) => revision === "3").length);
      return phase === "rolling" || phase === "done" ? true : undefined;
    });
    expect(Math.max(...most)).toBe(1);
    await bed.condition(name, "True", 3);
    expect(await revisions(name)).toEqual(["3"]);
    expect(STRATEGY((await bed.live(kind, name)).spec)).toEqual(before);
    expect((await bed.events(name)).slice(-3)).toEqual(["CanaryStarted", "CanaryPassed", "RolledOut"]);
  });

  it("goes back when its canary never is ready", { timeout: PATIENCE }, async () => {
    const name = `${low}-bad`;
    await bed.certificate(name, { "postern.dev/rollout": `${low}/${name}`, ...TIMEOUT });
    await bed.workload(name, name, { kind, replicas: 2, env: { POSTERN_TLS_HOSTS: "gate.example.com" } });
    await bed.condition(name, "True", 1);
    await bed.annotate(name, CANARY);
    const before = STRATEGY((await bed.live(kind, name)).spec);
    await bed.respec(name, { dnsNames: ["another.example.com"] });
    await eventually("it to go back", async () =>
      (await bed.phase(kind, name)) === "rolling-back" ? true : undefined,
    );
    // What was replaced takes up the Certificate that there is: until that is mended, a Pod that was the canary stays down.
    await bed.respec(name, { dnsNames: ["gate.example.com"] });
    await bed.condition(name, "True", 3);
    expect(await revisions(name)).toEqual(["3"]);
    expect(STRATEGY((await bed.live(kind, name)).spec)).toEqual(before);
    expect(await bed.events(name)).toContain("RollingBack");
  });
});

describe("in place", () => {
  const IN_PLACE = { ...TIMEOUT, "postern.dev/rollout": "deployment/placed", "postern.dev/renewal-policy": "in-place" };

  it("no Pod is replaced: each is told of the revision, and serves it", { timeout: PATIENCE }, async () => {
    await bed.certificate("placed", IN_PLACE);
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
  });

  it("a Pod that does not follow its certificate is named", { timeout: PATIENCE }, async () => {
    const settings = { ...IN_PLACE, "postern.dev/rollout": "deployment/deaf", "postern.dev/timeout-seconds": "5" };
    await bed.certificate("deaf", settings);
    await bed.workload("deaf", "deaf", { replicas: 1 });
    await bed.condition("deaf", "True", 1);
    await bed.renew("deaf");
    const { message } = await bed.condition("deaf", "False", 2, "NotServed");
    expect(message).toMatch(/0 of 1 Pods serve the new certificate; Pod deaf-\S+: serves serial /);
    expect(await bed.events("deaf")).toEqual(["NotServed"]);
  });
});
