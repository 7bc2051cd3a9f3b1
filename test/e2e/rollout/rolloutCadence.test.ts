import { afterAll, beforeAll, expect, it } from "vitest";
import type { ChildService } from "../../cluster/ChildService.ts";
import { eventually } from "../../run/eventually.ts";
import { patience, scaled } from "../../run/speedFactor.ts";
import { loadOverNewConnections } from "../load/loadOverNewConnections.ts";
import { inSeconds } from "../run/inSeconds.ts";
import { RolloutBed } from "./RolloutBed.ts";

/**
 * Cert-manager renews these certificates after a third of their lifetime, which is 45 s on the reference machine: a
 * twentieth of 15 minutes. Each rollout must end before the previous certificate expires, so the lifetime is longer on
 * a slower machine.
 */
const [LIFETIME_SECONDS, RENEW_BEFORE_SECONDS] = [inSeconds(scaled(45_000)), inSeconds(scaled(30_000))];
const NAME = "cadence";
const SETTINGS = {
  "postern.dev/rollout": `deployment/${NAME}`,
  "postern.dev/timeout-seconds": String(inSeconds(patience(40_000))),
};
const RENEWALS = 4;
/** Enough for the renewals and for the end of a certificate. */
const RENEWALS_TIMEOUT_MS = patience(150_000);

let bed: RolloutBed;
let controller: ChildService;

beforeAll(async () => {
  bed = await RolloutBed.start();
  controller = await bed.startController();
});

afterAll(() => bed?.stop());

it(
  "postern rollout rolls out each of four renewals under load and no create fails, and without it creates fail",
  async () => {
    await bed.certificates.create(NAME, SETTINGS, {
      duration: `${LIFETIME_SECONDS}s`,
      renewBefore: `${RENEW_BEFORE_SECONDS}s`,
    });
    const ending = await bed.certificates.notAfter(NAME);
    await bed.createWorkload(NAME, NAME, { replicas: 2 });
    const load = await bed.register(NAME);
    const { failures, longestStallMs } = await loadOverNewConnections(bed.cluster.api, load, async () => {
      // Each rollout creates an Event, so that the test misses none.
      await eventually(
        `${RENEWALS} renewals to be rolled out and the first certificate to expire`,
        async () => {
          const rolledOut = (await bed.certificates.events(NAME)).filter((reason) => reason === "RolledOut").length;
          return rolledOut > RENEWALS && Date.now() > ending ? true : undefined;
        },
        RENEWALS_TIMEOUT_MS,
      );
    });
    expect(failures).toEqual([]);
    // Creates were judged under each certificate.
    expect(longestStallMs).toBeLessThan((LIFETIME_SECONDS - RENEW_BEFORE_SECONDS) * 1000);

    await controller.stop();
    const without = await loadOverNewConnections(bed.cluster.api, load, async () => {
      const failed = async (): Promise<true | undefined> => ((await load.create()) === "judged" ? undefined : true);
      await eventually("an admission to fail", failed, RENEWALS_TIMEOUT_MS);
    });
    // A Pod with an expired certificate is not ready either. The Service then has no endpoint.
    expect(without.failures.join()).toMatch(/certificate has expired|connection refused/);
  },
  3 * RENEWALS_TIMEOUT_MS,
);
