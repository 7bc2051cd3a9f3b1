import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PebbleCa } from "../acme/PebbleCa.ts";
import { PEBBLE_HINT, pebbleBinary } from "../acme/pebbleBinary.ts";
import { eventually } from "../run/eventually.ts";
import { AdmissionLoad } from "./AdmissionLoad.ts";
import { managedEdges } from "./ManagedEdge.ts";
import { bundleSizes, MUTATING, SyncBed, VALIDATING } from "./SyncBed.ts";

const IN_STEP = "in step: nothing to write\n";
/** What a Go client says of a chain that nothing in its bundle anchors. */
const REFUSED = /failed calling webhook .*x509: certificate signed by unknown authority/;
/** Creates that are to be judged after something has changed: more than are under way at one time. */
const SOME = 60;
const pebble = await pebbleBinary();
// The reporter says how many are skipped, and not why.
if (pebble === undefined) process.stderr.write(`the managed edge is not tested for want of pebble: ${PEBBLE_HINT}\n`);

let bed: SyncBed<PebbleCa>;
let load: AdmissionLoad;

async function inStep(config: string): Promise<string> {
  const { code, stdout, stderr } = await bed.run(config);
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: "" });
  return stdout;
}

describe.skipIf(pebble === undefined)("a managed edge", () => {
  beforeAll(async () => {
    bed = await SyncBed.startWith(await managedEdges(pebble ?? ""));
    load = await AdmissionLoad.prepare(bed.cluster.api);
  });

  afterAll(() => bed?.stop());

  /** Registrations and edge as at first: the old CA, and trust in it alone. */
  beforeEach(async () => {
    await bed.edge.switchTo(bed.cas.old);
    await bed.register(bed.cas.old.root);
    await eventually("the gate to be called", async () => ((await load.create()) === "judged" ? true : undefined));
  });

  it("changes its CA under load: no admission fails, over widen, switch, soak and narrow", async () => {
    const { old, next } = bed.cas;
    const { failures } = await load.during(async (admissions) => {
      expect(await inStep(await bed.config({ roots: [old, next] }))).toContain("widen  ValidatingWebhook");
      expect(bundleSizes(await bed.live(VALIDATING))).toEqual([2]);
      await bed.edge.switchTo(next);
      await admissions.judged(SOME);
      expect(await inStep(await bed.config({ roots: [next], soak: "1h" }))).toContain("roots that are unused go from");
      await admissions.judged(SOME);
      // What was remembered is due by now.
      const overSoak = await bed.config({ roots: [next], soak: "1ms" });
      expect(await inStep(overSoak)).toContain("narrow  ValidatingWebhook");
      await bed.edge.dropConnections();
      await admissions.judged(SOME);
      expect(await inStep(overSoak)).toBe(IN_STEP);
    });
    expect(failures).toEqual([]);
    for (const path of [VALIDATING, MUTATING]) {
      const live = await bed.live(path);
      expect(bundleSizes(live)).toEqual([1]);
      const kept = Buffer.from(live.webhooks[0].clientConfig.caBundle, "base64");
      expect(new X509Certificate(kept).fingerprint256).toBe(new X509Certificate(next.root).fingerprint256);
    }
  });

  it.each([
    { what: "moves to another URL", at: "old" as const },
    { what: "moves to another URL with another CA at once", at: "next" as const },
  ])("$what under load: no admission fails", async ({ at }) => {
    const { old } = bed.cas;
    const ca = bed.cas[at];
    const elsewhere = await bed.startEdge(ca);
    try {
      const { failures } = await load.during(async (admissions) => {
        const soaking = await bed.config({ roots: [ca], url: elsewhere.url, soak: "1h" });
        expect(await inStep(soaking)).toContain(`the gate is to be called at ${elsewhere.url}`);
        // Nobody needs the old edge any more.
        await bed.edge.dropConnections();
        await admissions.judged(SOME);
        await inStep(await bed.config({ roots: [ca], url: elsewhere.url, soak: "1ms" }));
        await elsewhere.dropConnections();
        await admissions.judged(SOME);
      });
      expect(failures).toEqual([]);
      for (const path of [VALIDATING, MUTATING]) {
        const live = await bed.live(path);
        expect(live.webhooks[0].clientConfig.url).toMatch(`${elsewhere.url}/c/e2e/`);
        expect(bundleSizes(live)).toEqual([1]);
      }
    } finally {
      await bed.register(old.root);
      await elsewhere.stop();
    }
  });

  it("changes CA and URL one after the other, and the CA of the new one too: no admission fails", async () => {
    const { old, next } = bed.cas;
    const elsewhere = await bed.startEdge(old);
    try {
      const { failures } = await load.during(async () => {
        await inStep(await bed.config({ roots: [old, next], url: elsewhere.url }));
        await Promise.all([elsewhere.switchTo(next), bed.edge.switchTo(next)]);
        await inStep(await bed.config({ roots: [next], url: elsewhere.url }));
      });
      expect(failures).toEqual([]);
    } finally {
      await bed.register(old.root);
      await elsewhere.stop();
    }
  });

  it("changes its CA under load without the sync: admissions fail", async () => {
    const { failures } = await load.during(async (admissions) => {
      await bed.edge.switchTo(bed.cas.next);
      await admissions.failed(10);
    });
    expect(failures.join("\n")).toMatch(REFUSED);
  });

  it("is still called over connections from before, and refused as soon as they end", async () => {
    const before = await load.during(async (admissions) => {
      await bed.edge.switchTo(bed.cas.next, "stay");
      await admissions.judged(SOME);
    });
    expect(before.failures).toEqual([]);
    await bed.edge.dropConnections();
    const after = await load.during((admissions) => admissions.failed(SOME));
    expect(after.judged).toBe(0);
    expect(after.failures.join("\n")).toMatch(REFUSED);
  });
});
