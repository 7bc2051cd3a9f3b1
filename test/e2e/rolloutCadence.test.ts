import { afterAll, beforeAll, expect, it } from "vitest";
import type { ChildService } from "../cluster/ChildService.ts";
import { eventually } from "../cluster/eventually.ts";
import type { AdmissionLoad } from "./AdmissionLoad.ts";
import { loadOverNewConnections } from "./loadOverNewConnections.ts";
import { RolloutBed } from "./RolloutBed.ts";

/** Certificates of 15 minutes that are renewed at 5, a twentieth of it: cert-manager renews them by itself. */
const LIFE = { duration: "45s", renewBefore: "30s" };
const SETTINGS = { "postern.dev/rollout": "deployment/gate", "postern.dev/timeout-seconds": "40" };
const RENEWALS = 4;
/** In milliseconds. */
const PATIENCE = 150_000;

let bed: RolloutBed;
let load: AdmissionLoad;
let controller: ChildService;

beforeAll(async () => {
  bed = await RolloutBed.start();
  controller = await bed.controller();
});

afterAll(() => bed?.stop());

it(
  "certificates that are renewed at a third of their life are each rolled out, and no create fails; without, they end",
  async () => {
    await bed.certificate("gate", SETTINGS, LIFE);
    await bed.workload("gate", "gate", { replicas: 2 });
    load = await bed.register("gate");
    const seen = new Set<number>();
    const { failures, judged } = await loadOverNewConnections(bed.cluster.api, load, async () => {
      await eventually(
        `${RENEWALS} renewals to be rolled out`,
        async () => {
          if ((await bed.phase("Deployment", "gate")) === "done")
            for (const { revision } of await bed.pods("gate")) seen.add(Number(revision));
          return seen.size > RENEWALS ? true : undefined;
        },
        PATIENCE,
      );
    });
    expect(failures).toEqual([]);
    // Longer than a certificate lives: 50 a second, on a machine that is busy.
    expect(judged).toBeGreaterThan(45 * 25);

    await controller.stop();
    const without = await loadOverNewConnections(bed.cluster.api, load, async () => {
      const failed = async (): Promise<true | undefined> => ((await load.create()) === "judged" ? undefined : true);
      await eventually("an admission to fail", failed, PATIENCE);
    });
    // Its end is in its Pods' readiness as well, and then there is nobody behind the Service.
    expect(without.failures.join()).toMatch(/certificate has expired|connection refused/);
  },
  2 * PATIENCE,
);
