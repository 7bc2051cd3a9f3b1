import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { ChildService } from "../../cluster/ChildService.ts";
import { eventually } from "../../run/eventually.ts";
import { patience, scaled } from "../../run/speedFactor.ts";
import type { AdmissionLoad } from "../load/AdmissionLoad.ts";
import { inSeconds } from "../run/inSeconds.ts";
import type { WorkloadOptions } from "./gateWorkload.ts";
import type { RolloutBed } from "./RolloutBed.ts";

const ROLLING = { "postern.dev/rollout": "deployment/gate" };
const CANARY = { "postern.dev/renewal-policy": "canary" };
const timeoutAnnotation = (durationMs: number): Record<string, string> => ({
  "postern.dev/timeout-seconds": String(inSeconds(durationMs)),
});
/** Minimum number of judged creates under each certificate. */
const CREATES_PER_CERTIFICATE = 50;
/** Enough for a few rollouts. */
const TIMEOUT_MS = patience(180_000);

/**
 * Registers tests of a Deployment under a load of creates. A create fails when the gate cannot be called. Call it in a
 * `describe`.
 */
export function rolloutDeployment(bedOf: () => RolloutBed): void {
  let bed: RolloutBed;
  let load: AdmissionLoad | undefined;
  let controller: ChildService;

  beforeAll(async () => {
    bed = bedOf();
    await bed.certificates.create("other", {});
    controller = await bed.startController();
  });

  afterEach(() => bed.remove("Deployment", "gate"));

  afterAll(async () => {
    await controller?.stop();
    await bed?.unregister();
  });

  /** Starts a gate whose Certificate is rolled out at its first revision. Resolves to its load. */
  async function startRolledOut(options: WorkloadOptions = {}): Promise<AdmissionLoad> {
    await bed.certificates.create("gate", ROLLING);
    await bed.createWorkload("gate", "gate", { replicas: 3, ...options });
    load ??= await bed.register("gate");
    await bed.certificates.waitForCondition("gate", { status: "True", revision: 1 });
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

  it("rolls the Pods at each of three renewals and no create fails", { timeout: TIMEOUT_MS }, async () => {
    const called = await startRolledOut();
    const { failures } = await called.during(async (load) => {
      for (let revision = 2; revision <= 4; revision += 1) {
        expect(await bed.certificates.renew("gate")).toBe(revision);
        await bed.certificates.waitForCondition("gate", { status: "True", revision });
        expect(await revisions()).toEqual([String(revision)]);
        await load.judged(CREATES_PER_CERTIFICATE);
      }
    });
    expect(failures).toEqual([]);
    expect((await bed.certificates.events("gate")).slice(-2)).toEqual(["RolloutStarted", "RolledOut"]);
  });

  it("replaces one Pod as a canary, probes it and then replaces the others, and no create fails", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const called = await startRolledOut({ env: { POSTERN_VERDICT_LINES: "1" } });
    await bed.certificates.annotate("gate", { ...CANARY, ...timeoutAnnotation(patience(60_000)) });
    const before = await strategyOf();
    const mixes: number[] = [];
    const { failures } = await called.during(async (load) => {
      expect(await bed.certificates.renew("gate")).toBe(2);
      await eventually("the canary to be passed", async () => {
        const pods = await bed.pods("gate");
        const phase = await bed.phase("Deployment", "gate", 2);
        if (phase === "canary") mixes.push(pods.filter(({ revision }) => revision === "2").length);
        return phase === "rolling" || phase === "done" ? true : undefined;
      });
      await bed.certificates.waitForCondition("gate", { status: "True", revision: 2 });
      // The verdict lines of the new Pods are read below.
      await load.judged(CREATES_PER_CERTIFICATE);
    });
    expect(failures).toEqual([]);
    expect(Math.max(...mixes)).toBe(1);
    expect(await revisions()).toEqual(["2"]);
    expect(await strategyOf()).toEqual(before);
    expect((await bed.certificates.events("gate")).slice(-3)).toEqual(["CanaryStarted", "CanaryPassed", "RolledOut"]);
    const { spec } = await bed.live("Deployment", "gate");
    const [pod] = await bed.pods("gate");
    expect(pod?.serial).toBe(spec.template.metadata.annotations["x-certificate-serial"]);
    expect(pod?.serial).toMatch(/^[1-9a-f][0-9a-f]+$/);
    // Each verdict line has the serial of the certificate that the called Pod served.
    const serials: string[] = [];
    for (const { name } of await bed.pods("gate")) {
      const { stdout } = await bed.cluster.kubectl(["-n", bed.ns.name, "logs", name]);
      const verdictLines = stdout.matchAll(/"message":"verdict".*"certificateSerial":"([0-9a-f]+)"/g);
      serials.push(...[...verdictLines].map(([, serial = ""]) => serial));
    }
    expect(new Set(serials)).toEqual(new Set([pod?.serial]));
  });

  it.each([
    {
      what: "rejects its certificate and never becomes ready",
      options: { env: { POSTERN_TLS_HOSTS: "gate.example.com" } },
      // Removes the host name of the gate from the Certificate.
      renew: () => bed.certificates.changeSpec("gate", { dnsNames: ["another.example.com"] }),
      reason: "TimedOut",
      limit: scaled(15_000),
    },
    {
      what: "serves a certificate other than the renewed one",
      options: { secret: "other" },
      renew: () => bed.certificates.renew("gate"),
      reason: "ProbeFailed",
      // Enough for the canary to become ready before the probe fails.
      limit: patience(20_000),
    },
  ])(
    "rolls back to the previous ReplicaSet when the canary $what and no create fails",
    { timeout: TIMEOUT_MS },
    async ({ options, renew, reason, limit }) => {
      const called = await startRolledOut(options);
      await bed.certificates.annotate("gate", { ...CANARY, ...timeoutAnnotation(limit) });
      const before = await strategyOf();
      const { template } = (await bed.live("Deployment", "gate")).spec;
      const names = (await bed.pods("gate")).map(({ name }) => name).sort();
      const { failures } = await called.during(async () => {
        expect(await renew()).toBe(2);
        const { message } = await bed.certificates.waitForCondition("gate", { status: "False", revision: 2, reason });
        expect(message).toMatch(
          reason === "TimedOut"
            ? new RegExp(`0 of 1 canary Pods .* after ${inSeconds(limit)} s`)
            : /Pod gate-\S+: serves serial/,
        );
      });
      expect(failures).toEqual([]);
      expect((await bed.certificates.events("gate")).slice(-3)).toEqual(["CanaryStarted", "RollingBack", "RolledBack"]);
      expect(await strategyOf()).toEqual(before);
      const after = await bed.live("Deployment", "gate");
      expect(after.spec.template).toEqual(template);
      // The previous Pods still serve. None was replaced.
      expect((await bed.pods("gate")).map(({ name }) => name).sort()).toEqual(names);
      // Further reconciliations change nothing until a rollout is requested.
      for (const _ of ["once", "twice"]) await bed.certificates.reconcileAgain("gate");
      expect((await bed.live("Deployment", "gate")).metadata.generation).toBe(after.metadata.generation);
      await bed.certificates.annotate("gate", { "postern.dev/rollout-request": "again" });
      await eventually("the rollout to be tried again", async () =>
        (await bed.phase("Deployment", "gate")) === "canary" ? true : undefined,
      );
      // A canary is rolled back even when the Certificate no longer names the workload.
      await bed.certificates.annotate("gate", { "postern.dev/rollout": null });
      await eventually("the rollout to be rolled back", async () =>
        (await bed.phase("Deployment", "gate")) === "rolled-back" ? true : undefined,
      );
      expect(await strategyOf()).toEqual(before);
      expect(controller.log()).not.toMatch(/error/);
    },
  );
}
