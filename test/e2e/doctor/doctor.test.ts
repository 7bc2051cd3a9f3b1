import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { DoctorReport } from "../../../src/cli/doctor/doctorReport.ts";
import { runPostern } from "../../cli/runPostern.ts";
import { CANARY, MUTATING, SyncBed, VALIDATING } from "../sync/bed/SyncBed.ts";
import { BINDING, brokenClusters, CRON_JOB, REGISTRATION, restoreBinding } from "./brokenClusters.ts";

const GATE = new URL("../gates/sync.ts", import.meta.url).pathname;

let bed: SyncBed;
let config: string;

beforeAll(async () => {
  bed = await SyncBed.start();
  config = await bed.writeConfig({ roots: [bed.cas.old] });
  await bed.cluster.api.merge(CRON_JOB, { spec: { suspend: false } });
});

afterAll(() => bed?.stop());

beforeEach(async () => {
  await bed.edge.switchTo(bed.cas.old);
  await bed.register(bed.cas.old.root);
});

interface DoctorResult {
  readonly code: number;
  readonly err: string;
  /** `SEVERITY CODE ABOUT` of each finding that is not a note. */
  readonly findingLines: readonly string[];
  readonly report: DoctorReport;
}

async function doctor(args: readonly string[] = ["--config", config, "--gate", GATE]): Promise<DoctorResult> {
  const { code, out, err } = await runPostern([
    "doctor",
    "--kubeconfig",
    bed.cluster.kubeconfig,
    "--output",
    "json",
    ...args,
  ]);
  const report: DoctorReport =
    out === "" ? { result: "ok", findings: [], registrations: [], endpoints: [] } : JSON.parse(out);
  const findingLines = report.findings.filter(({ severity }) => severity !== "info");
  return {
    code,
    err,
    report,
    findingLines: findingLines.map(({ severity, code, about }) => `${severity} ${code} ${about}`),
  };
}

it("postern doctor finds nothing in a healthy cluster and changes nothing", async () => {
  const before = await Promise.all([VALIDATING, MUTATING, CANARY].map((path) => bed.live(path)));
  const { code, err, findingLines, report } = await doctor();
  expect({ code, err, findingLines }).toEqual({ code: 0, err: "", findingLines: [] });
  expect(report.registrations).toContain(REGISTRATION);
  expect(report.endpoints).toEqual([{ url: bed.edge.url, addresses: ["127.0.0.1"] }]);
  expect(await Promise.all([VALIDATING, MUTATING, CANARY].map((path) => bed.live(path)))).toEqual(before);
});

it("postern doctor without a config and a gate prints one line for a healthy cluster", async () => {
  const { code, out } = await runPostern(["doctor", "--kubeconfig", bed.cluster.kubeconfig]);
  expect(code, out).toBe(0);
  expect(out).toMatch(/^no findings \(\d registrations, 1 endpoint, 1 address\)\n$/m);
});

it.each(brokenClusters(() => bed))("postern doctor reports $name", async ({ setUp, found, code, restore }) => {
  try {
    await setUp();
    const result = await doctor();
    for (const line of found)
      expect(
        result.findingLines.filter((it) => it.startsWith(line)),
        result.findingLines.join("\n"),
      ).not.toEqual([]);
    expect(result.code).toBe(code);
    for (const { todo } of result.report.findings) expect(todo).toMatch(/^[A-Z].*[^ ]$/);
  } finally {
    await restore?.();
  }
});

it("postern doctor prints one line and exits with 2 for a user without rights", async () => {
  await bed.cluster.api.delete(BINDING);
  const kubeconfig = `${bed.cluster.place.folder}/sync-kubeconfig`;
  const { code, out, err } = await runPostern(["doctor", "--kubeconfig", kubeconfig]).finally(() =>
    restoreBinding(bed),
  );
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(/^postern: \w+WebhookConfigurations cannot be listed: 403 .*\n$/);
});
