import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PebbleCa } from "../../acme/PebbleCa.ts";
import { PEBBLE_HINT, pebbleBinary } from "../../acme/pebbleBinary.ts";
import { eventually } from "../../run/eventually.ts";
import { AdmissionLoad } from "../load/AdmissionLoad.ts";
import { bundleSizes, MUTATING, SyncBed, VALIDATING } from "../sync/bed/SyncBed.ts";
import { managedEdges } from "./ManagedEdge.ts";

const IN_STEP = "in step: nothing to write\n";
/** The message of a Go client for a chain without an anchor in its bundle. */
const UNKNOWN_AUTHORITY = /failed calling webhook .*x509: certificate signed by unknown authority/;
/** Number of creates to wait for after a change. It is greater than the number of concurrent creates. */
const CALLS_AFTER_CHANGE = 60;
const pebble = await pebbleBinary();
// The reporter prints the number of skipped tests and not the reason.
if (pebble === undefined)
  process.stderr.write(
    `the tests of the managed edge are skipped, because there is no pebble on PATH: ${PEBBLE_HINT}\n`,
  );

let bed: SyncBed<PebbleCa>;
let load: AdmissionLoad;

async function runInStep(config: string): Promise<string> {
  const { code, stdout, stderr } = await bed.run(config);
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: "" });
  return stdout;
}

describe.skipIf(pebble === undefined)("postern sync with a managed edge", () => {
  beforeAll(async () => {
    bed = await SyncBed.startWith(await managedEdges(pebble ?? ""));
    load = await AdmissionLoad.prepare(bed.cluster.api);
  });

  afterAll(() => bed?.stop());

  /** Resets the edge to the old CA and the registrations to trust in only that CA. */
  beforeEach(async () => {
    await bed.edge.switchTo(bed.cas.old);
    await bed.register(bed.cas.old.root);
    await eventually("the gate to be called", async () => ((await load.create()) === "judged" ? true : undefined));
  });

  it("fails no admission under load when the CA of the edge changes", async () => {
    const { old, next } = bed.cas;
    const { failures } = await load.during(async (admissions) => {
      expect(await runInStep(await bed.writeConfig({ roots: [old, next] }))).toContain("widen  ValidatingWebhook");
      expect(bundleSizes(await bed.live(VALIDATING))).toEqual([2]);
      await bed.edge.switchTo(next);
      await admissions.judged(CALLS_AFTER_CHANGE);
      expect(await runInStep(await bed.writeConfig({ roots: [next], soak: "1h" }))).toContain(
        "unused roots are removed from",
      );
      await admissions.judged(CALLS_AFTER_CHANGE);
      // The soak of the unused root has ended.
      const overSoak = await bed.writeConfig({ roots: [next], soak: "1ms" });
      expect(await runInStep(overSoak)).toContain("narrow  ValidatingWebhook");
      await bed.edge.dropConnections();
      await admissions.judged(CALLS_AFTER_CHANGE);
      expect(await runInStep(overSoak)).toBe(IN_STEP);
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
    { what: "the same CA", at: "old" as const },
    { what: "another CA", at: "next" as const },
  ])("fails no admission under load when the URL changes to an edge with $what", async ({ at }) => {
    const { old } = bed.cas;
    const ca = bed.cas[at];
    const otherEdge = await bed.startEdge(ca);
    try {
      const { failures } = await load.during(async (admissions) => {
        const soaking = await bed.writeConfig({ roots: [ca], url: otherEdge.url, soak: "1h" });
        expect(await runInStep(soaking)).toContain(`the URL of the gate changes to ${otherEdge.url}`);
        // The old edge is no longer used.
        await bed.edge.dropConnections();
        await admissions.judged(CALLS_AFTER_CHANGE);
        await runInStep(await bed.writeConfig({ roots: [ca], url: otherEdge.url, soak: "1ms" }));
        await otherEdge.dropConnections();
        await admissions.judged(CALLS_AFTER_CHANGE);
      });
      expect(failures).toEqual([]);
      for (const path of [VALIDATING, MUTATING]) {
        const live = await bed.live(path);
        expect(live.webhooks[0].clientConfig.url).toMatch(`${otherEdge.url}/c/e2e/`);
        expect(bundleSizes(live)).toEqual([1]);
      }
    } finally {
      await bed.register(old.root);
      await otherEdge.stop();
    }
  });

  it("fails no admission under load when the URL changes and then the CA of the new edge", async () => {
    const { old, next } = bed.cas;
    const otherEdge = await bed.startEdge(old);
    try {
      const { failures } = await load.during(async () => {
        await runInStep(await bed.writeConfig({ roots: [old, next], url: otherEdge.url }));
        await Promise.all([otherEdge.switchTo(next), bed.edge.switchTo(next)]);
        await runInStep(await bed.writeConfig({ roots: [next], url: otherEdge.url }));
      });
      expect(failures).toEqual([]);
    } finally {
      await bed.register(old.root);
      await otherEdge.stop();
    }
  });

  it("prevents failures: without it, admissions fail when the CA of the edge changes", async () => {
    const { failures } = await load.during(async (admissions) => {
      await bed.edge.switchTo(bed.cas.next);
      await admissions.failed(10);
    });
    expect(failures.join("\n")).toMatch(UNKNOWN_AUTHORITY);
  });

  it("is needed when connections end: until then, the API server reuses them after a change of the CA", async () => {
    const before = await load.during(async (admissions) => {
      await bed.edge.switchTo(bed.cas.next, "stay");
      await admissions.judged(CALLS_AFTER_CHANGE);
    });
    expect(before.failures).toEqual([]);
    await bed.edge.dropConnections();
    const after = await load.during((admissions) => admissions.failed(CALLS_AFTER_CHANGE));
    expect(after.judged).toBe(0);
    expect(after.failures.join("\n")).toMatch(UNKNOWN_AUTHORITY);
  });
});
