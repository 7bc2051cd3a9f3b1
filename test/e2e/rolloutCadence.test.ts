import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../cluster/eventually.ts";
import type { AdmissionLoad } from "./AdmissionLoad.ts";
import { RolloutBed } from "./RolloutBed.ts";

/** Certificates of 15 minutes that are renewed at 5, a twentieth of it: cert-manager renews them by itself. */
const LIFE = { duration: "45s", renewBefore: "30s" };
const SETTINGS = { "postern.dev/rollout": "deployment/gate", "postern.dev/timeout-seconds": "40" };
const RENEWALS = 4;
/** In milliseconds. */
const PATIENCE = 150_000;

let bed: RolloutBed;
let load: AdmissionLoad;

beforeAll(async () => {
  bed = await RolloutBed.start();
  await bed.certificate("gate", SETTINGS, LIFE);
  await bed.workload("gate", "gate", { replicas: 2 });
  load = await bed.register("gate");
});

afterAll(() => bed?.stop());

it("certificates that are renewed at a third of their life are each rolled out, and no create fails", {
  timeout: PATIENCE,
}, async () => {
  const controller = await bed.controller();
  const first = await bed.revision("gate");
  const seen = new Set<string>();
  const { failures, judged } = await load.during(async () => {
    await eventually(
      `${RENEWALS} renewals to be rolled out`,
      async () => {
        if ((await bed.phase("Deployment", "gate")) === "done")
          for (const { revision } of await bed.pods("gate")) seen.add(revision);
        return seen.has(String(first + RENEWALS)) ? true : undefined;
      },
      PATIENCE,
    );
  });
  expect(failures).toEqual([]);
  // Longer than a certificate lives.
  expect(judged).toBeGreaterThan(45 * 25);
  expect([...seen].filter((it) => it !== "").length).toBeGreaterThanOrEqual(RENEWALS);

  // And nobody else did it: without the controller they end, and with them the admissions.
  await controller.stop();
  const without = await load.during(async () => {
    await eventually(
      "an admission to fail",
      async () => ((await load.create()) === "judged" ? undefined : true),
      PATIENCE,
    );
  });
  expect(without.failures.join()).toMatch(/certificate has expired|x509/);
});
