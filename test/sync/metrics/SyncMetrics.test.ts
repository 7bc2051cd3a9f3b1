import { beforeAll, describe, expect, it } from "vitest";
import type { RiskTerms } from "../../../src/sync/metrics/riskModel.ts";
import { SyncMetrics } from "../../../src/sync/metrics/SyncMetrics.ts";
import type { Step } from "../../../src/sync/plan/Step.ts";
import type { SyncRun } from "../../../src/sync/runSync.ts";
import { makeCas, OLD, SyncWorld } from "../SyncWorld.ts";

const NOW = 1_795_491_302_500;
const TERMS: RiskTerms = {
  intervalMs: 300_000,
  jitterMs: 60_000,
  durationMs: 1_500,
  inFlight: undefined,
  catalogues: [],
};

let run: SyncRun;
let goal: SyncWorld["goal"];
beforeAll(async () => {
  const world = new SyncWorld(await makeCas(1), { gate: "g", cluster: "prod", url: OLD, soakMs: 1_000 }, [0], [0]);
  goal = world.goal;
  const last = { kind: "nothing-to-do", notes: [] } as const;
  run = { steps: [last], last, rolledBack: false, observation: { ...world.observe(), now: NOW } };
});

/** The samples of a metric: labels except the common ones, and values. */
function samplesOf(text: string, name: string): string[] {
  return text.split("\n").flatMap((line) => {
    const [, labels = "", value] = new RegExp(`^postern_sync_${name}\\{(.*)\\} (\\S+)$`).exec(line) ?? [];
    return value === undefined ? [] : [`${labels.replace(/,?gate="g",cluster="prod"/, "")} ${value}`.trim()];
  });
}

async function textOf(
  metrics: SyncMetrics,
  change: Partial<SyncRun> = {},
  terms: Partial<RiskTerms> = {},
): Promise<string> {
  metrics.recordRun({ ...run, ...change }, goal, { ...TERMS, ...terms });
  return metrics.text();
}

it("SyncMetrics reports time, duration and result of a run, and the expiry of certificates", async () => {
  const text = await textOf(new SyncMetrics(goal));
  expect(samplesOf(text, "last_run_timestamp_seconds")).toEqual(["1795491303"]);
  expect(samplesOf(text, "last_success_timestamp_seconds")).toEqual(["1795491303"]);
  expect(samplesOf(text, "last_run_duration_seconds")).toEqual(["1.5"]);
  expect(samplesOf(text, "in_step")).toEqual(["1"]);
  expect(samplesOf(text, "target_phase")).toEqual([
    'target="ValidatingWebhookConfiguration/g",phase="in-step" 1',
    'target="MutatingWebhookConfiguration/g",phase="in-step" 1',
  ]);
  expect(samplesOf(text, "certificate_expiry_timestamp_seconds").length).toBe(2);
  expect(
    samplesOf(text, "certificate_days_left").every((sample) => /^endpoint="https:\S+" -?\d+(\.\d\d?)?$/.test(sample)),
  ).toBe(true);
});

it("SyncMetrics counts findings by code, and the steps of all runs", async () => {
  const finding = (code: "fight" | "target-fault", about: string) => ({ code, about, message: "" });
  const findings = [finding("fight", "a"), finding("fight", "b"), finding("target-fault", "c")];
  const metrics = new SyncMetrics(goal);
  const step: Step = { kind: "try-canary", purpose: "webhooks", roots: [], base: OLD, reason: "" };
  const last = { kind: "report", findings } as const;
  await textOf(metrics, { last, steps: [step, step, last] });
  const text = await textOf(metrics, { last, steps: [step, last] });
  expect(samplesOf(text, "in_step")).toEqual(["0"]);
  expect(samplesOf(text, "findings")).toEqual(['code="fight" 2', 'code="target-fault" 1']);
  expect(samplesOf(text, "steps_total")).toEqual(['step="try-canary" 3']);
  expect(samplesOf(text, "last_success_timestamp_seconds")).toEqual([]);
});

it("SyncMetrics removes the sample of a value that the last run could not determine", async () => {
  const metrics = new SyncMetrics(goal);
  await textOf(metrics, {}, { inFlight: 0.1 });
  const text = await textOf(metrics, { observation: { ...run.observation, endpoints: [] } });
  for (const name of ["certificate_days_left", "risk", "risk_stale", "risk_in_flight"])
    expect(samplesOf(text, name)).toEqual([]);
});

it("SyncMetrics continues the counters of an earlier process for the same cluster only", async () => {
  const step: Step = { kind: "try-canary", purpose: "webhooks", roots: [], base: OLD, reason: "" };
  const steps = [step, run.last];
  const before = await textOf(new SyncMetrics(goal), { steps });
  const foreign = await textOf(new SyncMetrics({ gate: "g", cluster: "other" }), { steps });
  const text = await textOf(new SyncMetrics(goal, `${foreign}${before}`), { steps });
  expect(samplesOf(text, "steps_total")).toEqual(['step="try-canary" 2']);
  const other = new SyncMetrics({ gate: "g", cluster: "prod-2" }, before);
  expect(samplesOf(await other.text(), "last_success_timestamp_seconds")).toEqual([]);
});

it("SyncMetrics writes no URL path, which may hold a capability, into a label", async () => {
  const endpoints = run.observation.endpoints.map((view) => ({ ...view, base: `${view.base}/k/secret` }));
  const text = await textOf(new SyncMetrics(goal), { observation: { ...run.observation, endpoints } });
  expect(samplesOf(text, "certificate_days_left").length).toBe(2);
  expect(text).not.toContain("secret");
});

describe("SyncMetrics after a failed run", () => {
  it("counts it, keeps the last success and removes all other values", async () => {
    const metrics = new SyncMetrics(goal);
    await textOf(metrics);
    metrics.recordFailure("cluster-unreachable", NOW + 60_000, 200);
    const text = await metrics.text();
    expect(samplesOf(text, "run_failures_total")).toEqual(['code="cluster-unreachable" 1']);
    expect(samplesOf(text, "in_step")).toEqual(["0"]);
    expect(samplesOf(text, "last_success_timestamp_seconds")).toEqual(["1795491303"]);
    expect(samplesOf(text, "last_run_timestamp_seconds")).toEqual(["1795491363"]);
    expect(samplesOf(text, "target_phase")).toEqual([]);
  });

  it("reads the last success from the file of an earlier process", async () => {
    const metrics = new SyncMetrics(goal, await textOf(new SyncMetrics(goal)));
    metrics.recordFailure("lease-held", NOW + 60_000, 200);
    expect(samplesOf(await metrics.text(), "last_success_timestamp_seconds")).toEqual(["1795491303"]);
  });

  it.each(["", "nonsense", 'postern_sync_last_success_timestamp_seconds{a="b"} NaN\n'])(
    "ignores a file that contains %j",
    async (previous) => {
      const metrics = new SyncMetrics(goal, previous);
      metrics.recordFailure("lease-held", NOW, 200);
      expect(samplesOf(await metrics.text(), "last_success_timestamp_seconds")).toEqual([]);
    },
  );
});

it("SyncMetrics writes valid lines of the text format and ends with a newline", async () => {
  const text = await textOf(new SyncMetrics({ gate: "g", cluster: 'odd "name" \\ of\na cluster' }));
  expect(text.endsWith("\n")).toBe(true);
  for (const line of text.trimEnd().split("\n"))
    expect(line).toMatch(/^$|^# (?:HELP|TYPE) \S+ .+$|^\w+\{(?:\w+="(?:[^"\\\n]|\\["\\n])*",?)+\} [\d.e-]+$/);
});
