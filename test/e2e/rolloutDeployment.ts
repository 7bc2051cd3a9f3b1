import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { ChildService } from "../cluster/ChildService.ts";
import { eventually } from "../run/eventually.ts";
import { patience, scaled } from "../run/speedFactor.ts";
import type { AdmissionLoad } from "./AdmissionLoad.ts";
import { inSeconds } from "./inSeconds.ts";
import type { RolloutBed, WorkloadParts } from "./RolloutBed.ts";

const ROLLING = { "postern.dev/rollout": "deployment/gate" };
const CANARY = { "postern.dev/renewal-policy": "canary" };
const timeout = (milliseconds: number): Record<string, string> => ({
  "postern.dev/timeout-seconds": String(inSeconds(milliseconds)),
});
/** Under each certificate. */
const CREATES = 50;
/** For a few rollouts. In milliseconds. */
const PATIENCE = patience(180_000);

/** A Deployment under a load of creates that fail where the gate cannot be called. For a `describe`. */
export function rolloutDeployment(bedOf: () => RolloutBed): void {
  let bed: RolloutBed;
  let load: AdmissionLoad | undefined;
  let controller: ChildService;

  beforeAll(async () => {
    bed = bedOf();
    await bed.certificate("other", {});
    controller = await bed.controller();
  });

  afterEach(() => bed.remove("Deployment", "gate"));

  afterAll(async () => {
    await controller?.stop();
    await bed?.unregister();
  });

  /** A gate whose Certificate was rolled out at its first revision. */
  async function rolledOut(parts: WorkloadParts = {}): Promise<AdmissionLoad> {
    await bed.certificate("gate", ROLLING);
    await bed.workload("gate", "gate", { replicas: 3, ...parts });
    load ??= await bed.register("gate");
    await bed.condition("gate", "True", 1);
    const called = load;
    await eventually("the gate to be called", async () => ((await called.create()) === "judged" ? true : undefined));
    return load;
  }

  const revisions = async (): Promise<string[]> =>
    [...new Set((await bed.pods("gate")).map(({ revision }) => revision))].sort();

  const strategyOf = async (): Promise<unknown> => {
    const { spec, metadata } = await bed.live("Deployment", "gate");
    const { strategy, minReadySeconds, progressDeadlineSeconds } = spec;
    return { strategy, minReadySeconds, progressDeadlineSeconds, labels: metadata.labels };
  };

  it("is rolled by each renewal, and no create fails", { timeout: PATIENCE }, async () => {
    const called = await rolledOut();
    const { failures } = await called.during(async (load) => {
      for (let revision = 2; revision <= 4; revision += 1) {
        expect(await bed.renew("gate")).toBe(revision);
        await bed.condition("gate", "True", revision);
        expect(await revisions()).toEqual([String(revision)]);
        await load.judged(CREATES);
      }
    });
    expect(failures).toEqual([]);
    expect((await bed.events("gate")).slice(-2)).toEqual(["RolloutStarted", "RolledOut"]);
  });

  it("has one Pod of the new certificate by canary, which is probed before the others follow", {
    timeout: PATIENCE,
  }, async () => {
    const called = await rolledOut({ env: { POSTERN_VERDICT_LINES: "1" } });
    await bed.annotate("gate", { ...CANARY, ...timeout(patience(60_000)) });
    const before = await strategyOf();
    const mixes: number[] = [];
    const { failures } = await called.during(async () => {
      expect(await bed.renew("gate")).toBe(2);
      await eventually("the canary to be passed", async () => {
        const pods = await bed.pods("gate");
        const phase = await bed.phase("Deployment", "gate", 2);
        if (phase === "canary") mixes.push(pods.filter(({ revision }) => revision === "2").length);
        return phase === "rolling" || phase === "done" ? true : undefined;
      });
      await bed.condition("gate", "True", 2);
    });
    expect(failures).toEqual([]);
    expect(Math.max(...mixes)).toBe(1);
    expect(await revisions()).toEqual(["2"]);
    expect(await strategyOf()).toEqual(before);
    expect((await bed.events("gate")).slice(-3)).toEqual(["CanaryStarted", "CanaryPassed", "RolledOut"]);
    const { spec } = await bed.live("Deployment", "gate");
    const [pod] = await bed.pods("gate");
    expect(pod?.serial).toBe(spec.template.metadata.annotations["x-certificate-serial"]);
    expect(pod?.serial).toMatch(/^[1-9a-f][0-9a-f]+$/);
    // Verdicts are told with the certificate that they were given under, by whichever Pods the API server calls.
    const serials: string[] = [];
    for (const { name } of await bed.pods("gate")) {
      const { stdout } = await bed.cluster.kubectl(["-n", bed.ns.name, "logs", name]);
      const told = stdout.matchAll(/"message":"verdict".*"certificateSerial":"([0-9a-f]+)"/g);
      serials.push(...[...told].map(([, serial = ""]) => serial));
    }
    expect(new Set(serials)).toEqual(new Set([pod?.serial]));
  });

  it.each([
    {
      what: "refuses its certificate, and so never is ready",
      parts: { env: { POSTERN_TLS_HOSTS: "gate.example.com" } },
      // Somebody takes the gate's name out of the Certificate.
      renew: () => bed.respec("gate", { dnsNames: ["another.example.com"] }),
      reason: "TimedOut",
      limit: scaled(15_000),
    },
    {
      what: "serves another certificate than the one that was renewed",
      parts: { secret: "other" },
      renew: () => bed.renew("gate"),
      reason: "ProbeFailed",
      // Before that, its canary has to be ready.
      limit: patience(20_000),
    },
  ])(
    "goes back to the ReplicaSet before when its canary $what; no create fails",
    { timeout: PATIENCE },
    async ({ parts, renew, reason, limit }) => {
      const called = await rolledOut(parts);
      await bed.annotate("gate", { ...CANARY, ...timeout(limit) });
      const before = await strategyOf();
      const { template } = (await bed.live("Deployment", "gate")).spec;
      const names = (await bed.pods("gate")).map(({ name }) => name).sort();
      const { failures } = await called.during(async () => {
        expect(await renew()).toBe(2);
        const { message } = await bed.condition("gate", "False", 2, reason);
        expect(message).toMatch(
          reason === "TimedOut"
            ? new RegExp(`0 of 1 canary Pods .* after ${inSeconds(limit)} s`)
            : /Pod gate-\S+: serves serial/,
        );
      });
      expect(failures).toEqual([]);
      expect((await bed.events("gate")).slice(-3)).toEqual(["CanaryStarted", "RollingBack", "RolledBack"]);
      expect(await strategyOf()).toEqual(before);
      const after = await bed.live("Deployment", "gate");
      expect(after.spec.template).toEqual(template);
      // The Pods that served before do so still: none was so much as restarted.
      expect((await bed.pods("gate")).map(({ name }) => name).sort()).toEqual(names);
      // Nothing more, however often it is looked at, until it is told.
      for (const _ of ["once", "twice"]) await bed.lookAgain("gate");
      expect((await bed.live("Deployment", "gate")).metadata.generation).toBe(after.metadata.generation);
      await bed.annotate("gate", { "postern.dev/rollout-request": "again" });
      await eventually("it to be tried again", async () =>
        (await bed.phase("Deployment", "gate")) === "canary" ? true : undefined,
      );
      // A certificate that is gone is no reason to leave a canary behind.
      await bed.annotate("gate", { "postern.dev/rollout": null });
      await eventually("it to be given up", async () =>
        (await bed.phase("Deployment", "gate")) === "rolled-back" ? true : undefined,
      );
      expect(await strategyOf()).toEqual(before);
      expect(controller.log()).not.toMatch(/error/);
    },
  );
}
