import { afterAll, beforeAll, expect, it } from "vitest";
import type { ChildService } from "../cluster/ChildService.ts";
import { eventually } from "../run/eventually.ts";
import { patience, scaled } from "../run/speedFactor.ts";
import { inSeconds } from "./inSeconds.ts";
import { loadOverNewConnections } from "./loadOverNewConnections.ts";
import { RolloutBed } from "./RolloutBed.ts";

/**
 * Certificates of 15 minutes that are renewed at 5, a twentieth of it: cert-manager renews them by itself. A rollout has to
 * be over before the certificate before it ends: the lives are as long as the machine needs for it.
 */
const [LIFE, RENEWED_BEFORE] = [inSeconds(scaled(45_000)), inSeconds(scaled(30_000))];
const NAME = "cadence";
const SETTINGS = {
  "postern.dev/rollout": `deployment/${NAME}`,
  "postern.dev/timeout-seconds": String(inSeconds(patience(40_000))),
};
const RENEWALS = 4;
/** For those renewals, and for a certificate to end. In milliseconds. */
const PATIENCE = patience(150_000);

let bed: RolloutBed;
let controller: ChildService;

beforeAll(async () => {
  bed = await RolloutBed.start();
  controller = await bed.controller();
});

afterAll(() => bed?.stop());

it(
  "certificates that are renewed at a third of their life are each rolled out, and no create fails; without, they end",
  async () => {
    await bed.certificate(NAME, SETTINGS, { duration: `${LIFE}s`, renewBefore: `${RENEWED_BEFORE}s` });
    const ending = await bed.notAfter(NAME);
    await bed.workload(NAME, NAME, { replicas: 2 });
    const load = await bed.register(NAME);
    const { failures, longestStall } = await loadOverNewConnections(bed.cluster.api, load, async () => {
      // Each rollout leaves an Event behind, so that none is missed, however fast the next one follows.
      await eventually(
        `${RENEWALS} renewals to be rolled out, and the first certificate to be over`,
        async () => {
          const rolledOut = (await bed.events(NAME)).filter((reason) => reason === "RolledOut").length;
          return rolledOut > RENEWALS && Date.now() > ending ? true : undefined;
        },
        PATIENCE,
      );
    });
    expect(failures).toEqual([]);
    // Under each certificate there were creates.
    expect(longestStall).toBeLessThan((LIFE - RENEWED_BEFORE) * 1000);

    await controller.stop();
    const without = await loadOverNewConnections(bed.cluster.api, load, async () => {
      const failed = async (): Promise<true | undefined> => ((await load.create()) === "judged" ? undefined : true);
      await eventually("an admission to fail", failed, PATIENCE);
    });
    // Its end is in its Pods' readiness as well, and then there is nobody behind the Service.
    expect(without.failures.join()).toMatch(/certificate has expired|connection refused/);
  },
  3 * PATIENCE,
);
