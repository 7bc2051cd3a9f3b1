import { afterAll, beforeAll, expect, it } from "vitest";
import { renewCertificate } from "../../cluster/certmanager/renewCertificate.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import { eventually } from "../../run/eventually.ts";
import { patience } from "../../run/speedFactor.ts";
import { CertManagerBed } from "./CertManagerBed.ts";
import { MAIN_LIFETIME_MS } from "./certManagerOverlay.ts";
import type { ServedCertificate } from "./readServedCertificate.ts";

const RENEWALS = 3;
/** Enough for a few runs of the sync. */
const SETTLING_TIMEOUT_MS = patience(60_000);
/** Output of a sync without changes. */
const IN_STEP = "in step: nothing to write\n";

let bed: CertManagerBed;
let ca: string;

/** The shipped CronJob pins the mounted file of the Issuer's CA. */
beforeAll(async () => {
  bed = await CertManagerBed.start((await TestCa.create("other CA")).cert);
  ca = await bed.ca();
  const { phase, log } = await bed.runSyncJob("first");
  expect({ phase, log }).toEqual({ phase: "Succeeded", log: expect.stringMatching(/\bwiden\b[\s\S]*in step/) });
  await runUntilInStep("after-first");
  expect(await bed.bundle()).toBe(ca);
  await waitUntilJudged();
});

afterAll(() => bed?.stop());

async function waitUntilJudged(): Promise<void> {
  await eventually("a create to be judged", async () => ((await bed.load.create()) === "judged" ? true : undefined));
}

/** Runs the sync until it has nothing to write. It removes unused roots after the soak of one second. */
async function runUntilInStep(name: string): Promise<void> {
  let count = 0;
  await eventually(
    "the sync to find nothing to write",
    async () => {
      count += 1;
      return (await bed.runSyncJob(`${name}-${count}`)).log === IN_STEP ? true : undefined;
    },
    SETTLING_TIMEOUT_MS,
  );
}

/** Waits until the gate serves from `slot`, with a serial other than `not`. */
async function serves(slot: string, not = ""): Promise<ServedCertificate> {
  return eventually(`the gate to serve its ${slot} certificate`, async () => {
    const served = await bed.servedCertificate(ca);
    return served.slot === slot && served.serial !== not ? served : undefined;
  });
}

it("three renewals of both certificates by cert-manager fail no admission and replace no Pod", async () => {
  const pods = (await bed.pods()).map(({ metadata }) => metadata.name);
  const revisions = async (): Promise<{ main: number; standby: number }> => {
    const [main, standby] = await Promise.all([
      bed.certificateOrIssuer("tls-main"),
      bed.certificateOrIssuer("tls-standby"),
    ]);
    return { main: main.status.revision, standby: standby.status.revision };
  };
  await serves("main");
  const first = await revisions();
  const seen: ServedCertificate[] = [];
  // Revisions that every Pod serves, according to the controller.
  const rolledOutRevisions = new Set<number>();
  const report = await bed.loadWhile(async () => {
    await eventually(
      `${RENEWALS} renewals of both, served`,
      async () => {
        const now = await revisions();
        const { status, message } = await bed.rolledOutCondition("tls-main");
        const [, revision] = (status === "True" ? /^revision (\d+),/.exec(message ?? "") : undefined) ?? [];
        if (revision !== undefined) rolledOutRevisions.add(Number(revision));
        seen.push(await bed.servedCertificate(ca));
        const changes = new Set(seen.map(({ serial }) => serial)).size - 1;
        const least = Math.min(rolledOutRevisions.size - 1, now.standby - first.standby, changes);
        return least >= RENEWALS ? true : undefined;
      },
      patience(70_000),
    );
  });
  expect(report.failures).toEqual([]);
  // Creates were judged during the lifetime of each certificate.
  expect(report.longestStallMs).toBeLessThan(MAIN_LIFETIME_MS);
  expect([...new Set(seen.map(({ slot, name }) => `${slot}: ${name}`))]).toEqual(["main: main"]);
  expect((await bed.pods()).map(({ metadata }) => metadata.name)).toEqual(pods);
  for (const pod of pods) {
    const file = (name: string): Promise<string> => bed.readFile(pod, `/etc/postern/pod/${name}`);
    await eventually(`a revision and a serial in files of ${pod}`, async () =>
      // The certificate may have been renewed again.
      Number(await file("certificate-revision")) >= Math.max(...rolledOutRevisions) &&
      /^[0-9a-f]{16,}$/.test(await file("certificate-serial"))
        ? true
        : undefined,
    );
  }
  expect((await bed.runSyncJob("after-renewals")).log).toBe(IN_STEP);
});

it("after main's Issuer is deleted, the gate serves the standby and its renewal, then main again when the Issuer returns, and no admission fails", async () => {
  const issuer = "postern-gate";
  const { spec } = await bed.certificateOrIssuer(issuer, "issuers");
  await serves("main");
  const report = await bed.loadWhile(async () => {
    await bed.deleteIssuer(issuer);
    try {
      const first = await serves("standby");
      expect(first.name).toBe("standby");
      expect((await serves("standby", first.serial)).name).toBe("standby");
    } finally {
      await bed.createIssuer(issuer, spec);
    }
    expect((await serves("main")).name).toBe("main");
  });
  expect(report.failures).toEqual([]);
  // Creates were judged during the lifetime of each certificate.
  expect(report.longestStallMs).toBeLessThan(MAIN_LIFETIME_MS);
});

it("after the CA is renewed with the same key, the old caBundle trusts new certificates and the sync replaces it", async () => {
  const pinned = await bed.bundle();
  const revision = (await bed.certificateOrIssuer("postern-gate-ca")).status.revision;
  const report = await bed.loadWhile(async () => {
    await renewCertificate(bed.cluster.api, bed.certificatePath("postern-gate-ca"));
    await eventually("the CA to be renewed", async () =>
      (await bed.certificateOrIssuer("postern-gate-ca")).status.revision > revision ? true : undefined,
    );
    // The first renewal may have started before the CA was renewed.
    for (const _ of ["requested before", "requested after"])
      await serves("main", (await bed.servedCertificate(ca)).serial);
  });
  expect(report.failures).toEqual([]);
  const renewed = (await bed.ca()).trim();
  expect(pinned).not.toContain(renewed);
  expect(await bed.runSyncJob("ca-renewed")).toMatchObject({ phase: "Succeeded" });
  expect(await bed.bundle()).toContain(renewed);
  await runUntilInStep("after-renewal-of-ca");
  expect((await bed.bundle()).trim()).toBe(renewed);
  await waitUntilJudged();
});

it("renewals fail admissions when the gate reads certificates from subPath mounts, which are never updated", async () => {
  await bed.mountBySubPath();
  try {
    await waitUntilJudged();
    const report = await bed.loadWhile(async () => {
      await eventually("an admission to fail", async () => ((await bed.load.create()) === "judged" ? undefined : true));
    });
    expect(report.failures.join("\n")).toMatch(/failed calling webhook/);
  } finally {
    await bed.apply();
  }
  await waitUntilJudged();
});
