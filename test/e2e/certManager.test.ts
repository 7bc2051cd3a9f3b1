import { afterAll, beforeAll, expect, it } from "vitest";
import { renewCertificate } from "../cluster/renewCertificate.ts";
import { TestCa } from "../cluster/TestCa.ts";
import { eventually } from "../run/eventually.ts";
import { patience } from "../run/speedFactor.ts";
import { CertManagerBed, type Served } from "./CertManagerBed.ts";
import { MAIN_LIFE } from "./certManagerOverlay.ts";

const RENEWALS = 3;
/** For the sync to run a few times. In milliseconds. */
const SETTLING = patience(60_000);
/** All that the sync says when there is nothing to do. */
const IN_STEP = "in step: nothing to write\n";

let bed: CertManagerBed;
let ca: string;

/** The sync runs as it is shipped, pinned to the file that the Issuer's CA is mounted at. */
beforeAll(async () => {
  bed = await CertManagerBed.start((await TestCa.create("somebody else")).cert);
  ca = await bed.ca();
  const { phase, log } = await bed.sync("first");
  expect({ phase, log }).toEqual({ phase: "Succeeded", log: expect.stringMatching(/\bwiden\b[\s\S]*in step/) });
  await settled("after-first");
  expect(await bed.bundle()).toBe(ca);
  await judged();
});

afterAll(() => bed?.stop());

async function judged(): Promise<void> {
  await eventually("a create to be judged", async () => ((await bed.load.create()) === "judged" ? true : undefined));
}

/** Runs the sync until it finds nothing to write: what is not used any more goes after the soak, of a second. */
async function settled(name: string): Promise<void> {
  let count = 0;
  await eventually(
    "the sync to find nothing to write",
    async () => {
      count += 1;
      return (await bed.sync(`${name}-${count}`)).log === IN_STEP ? true : undefined;
    },
    SETTLING,
  );
}

/** Waits until the gate serves from a slot, with another certificate than `not`. */
async function serves(slot: string, not = ""): Promise<Served> {
  return eventually(`the gate to serve its ${slot} certificate`, async () => {
    const served = await bed.served(ca);
    return served.slot === slot && served.serial !== not ? served : undefined;
  });
}

it("cert-manager renews both certificates three times and more: no admission fails, no Pod is another", async () => {
  const pods = (await bed.pods()).map(({ metadata }) => metadata.name);
  const revisions = async (): Promise<{ main: number; standby: number }> => {
    const [main, standby] = await Promise.all([bed.issued("tls-main"), bed.issued("tls-standby")]);
    return { main: main.status.revision, standby: standby.status.revision };
  };
  await serves("main");
  const first = await revisions();
  const seen: Served[] = [];
  // By the controller: revisions that every Pod was found to serve.
  const told = new Set<number>();
  const report = await bed.loadDuring(async () => {
    await eventually(
      `${RENEWALS} renewals of both, served`,
      async () => {
        const now = await revisions();
        const { status, message } = await bed.rolledOut("tls-main");
        const [, revision] = (status === "True" ? /^revision (\d+),/.exec(message ?? "") : undefined) ?? [];
        if (revision !== undefined) told.add(Number(revision));
        seen.push(await bed.served(ca));
        const changes = new Set(seen.map(({ serial }) => serial)).size - 1;
        const least = Math.min(told.size - 1, now.standby - first.standby, changes);
        return least >= RENEWALS ? true : undefined;
      },
      patience(70_000),
    );
  });
  expect(report.failures).toEqual([]);
  // In the life of each certificate there were some.
  expect(report.longestStall).toBeLessThan(MAIN_LIFE);
  expect([...new Set(seen.map(({ slot, name }) => `${slot}: ${name}`))]).toEqual(["main: main"]);
  expect((await bed.pods()).map(({ metadata }) => metadata.name)).toEqual(pods);
  for (const pod of pods) {
    const file = (name: string): Promise<string> => bed.fileOf(pod, `/etc/postern/pod/${name}`);
    await eventually(`a revision and a serial in files of ${pod}`, async () =>
      // It may have been renewed again since.
      Number(await file("certificate-revision")) >= Math.max(...told) &&
      /^[0-9a-f]{16,}$/.test(await file("certificate-serial"))
        ? true
        : undefined,
    );
  }
  expect((await bed.sync("after-renewals")).log).toBe(IN_STEP);
});

it("main's Issuer is gone and main ends: the standby serves, is renewed, and main is back when its Issuer is; no admission fails", async () => {
  const issuer = "postern-gate";
  const { spec } = await bed.issued(issuer, "issuers");
  await serves("main");
  const report = await bed.loadDuring(async () => {
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
  // In the life of each certificate there were some.
  expect(report.longestStall).toBeLessThan(MAIN_LIFE);
});

it("the CA is renewed, with the key that it has: caBundle of before trusts what is issued after, and the sync brings the new one in", async () => {
  const pinned = await bed.bundle();
  const revision = (await bed.issued("postern-gate-ca")).status.revision;
  const report = await bed.loadDuring(async () => {
    await renewCertificate(bed.cluster.api, bed.certificatePath("postern-gate-ca"));
    await eventually("the CA to be renewed", async () =>
      (await bed.issued("postern-gate-ca")).status.revision > revision ? true : undefined,
    );
    // One may have been under way.
    for (const _ of ["asked for before", "asked for after"]) await serves("main", (await bed.served(ca)).serial);
  });
  expect(report.failures).toEqual([]);
  const renewed = (await bed.ca()).trim();
  expect(pinned).not.toContain(renewed);
  expect(await bed.sync("ca-renewed")).toMatchObject({ phase: "Succeeded" });
  expect(await bed.bundle()).toContain(renewed);
  await settled("after-renewal-of-ca");
  expect((await bed.bundle()).trim()).toBe(renewed);
  await judged();
});

it("without the reload the same renewals fail admissions: what is mounted by subPath is never another", async () => {
  await bed.mountBySubPath();
  try {
    await judged();
    const report = await bed.loadDuring(async () => {
      await eventually("an admission to fail", async () => ((await bed.load.create()) === "judged" ? undefined : true));
    });
    expect(report.failures.join("\n")).toMatch(/failed calling webhook/);
  } finally {
    await bed.apply();
  }
  await judged();
});
