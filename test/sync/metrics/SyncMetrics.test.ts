import { beforeAll, describe, expect, it } from "vitest";
import type { RiskTerms } from "../../../src/sync/metrics/riskModel.ts";
import { SyncMetrics } from "../../../src/sync/metrics/SyncMetrics.ts";
import type { Step } from "../../../src/sync/plan/Step.ts";
import type { SyncRun } from "../../../src/sync/runSync.ts";
import { makeCas, OLD, SyncWorld } from "../SyncWorld.ts";

const NOW = 1_795_491_302_500;
const TERMS: RiskTerms = { interval: 300_000, jitter: 60_000, duration: 1_500, inFlight: undefined, catalogues: [] };

let run: SyncRun;
let goal: SyncWorld["goal"];
beforeAll(async () => {
  const world = new SyncWorld(await makeCas(1), { gate: "g", cluster: "prod", url: OLD, soak: 1_000 }, [0], [0]);
  goal = world.goal;
  const last = { kind: "nothing-to-do", notes: [] } as const;
  run = { steps: [last], last, rolledBack: false, observation: { ...world.observe(), now: NOW } };
});

/** The samples of a metric: their labels, but for those that all have, and values. */
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
  metrics.ran({ ...run, ...change }, goal, { ...TERMS, ...terms });
  return metrics.text();
}

it("says when, how long, how far in step, and until when the endpoint's certificates last", async () => {
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

it("counts what stands against it, by kind, and the steps of all its runs", async () => {
  const finding = (code: "fight" | "obstacle", about: string) => ({ code, about, message: "" });
  const findings = [finding("fight", "a"), finding("fight", "b"), finding("obstacle", "c")];
  const metrics = new SyncMetrics(goal);
  const step: Step = { kind: "try-canary", purpose: "webhooks", roots: [], base: OLD, reason: "" };
  const last = { kind: "report", findings } as const;
  await textOf(metrics, { last, steps: [step, step, last] });
  const text = await textOf(metrics, { last, steps: [step, last] });
  expect(samplesOf(text, "in_step")).toEqual(["0"]);
  expect(samplesOf(text, "findings")).toEqual(['code="fight" 2', 'code="obstacle" 1']);
  expect(samplesOf(text, "steps_total")).toEqual(['step="try-canary" 3']);
  expect(samplesOf(text, "last_success_timestamp_seconds")).toEqual([]);
});

it("what a run cannot tell has no sample, after one that could as well", async () => {
  const metrics = new SyncMetrics(goal);
  await textOf(metrics, {}, { inFlight: 0.1 });
  const text = await textOf(metrics, { observation: { ...run.observation, endpoints: [] } });
  for (const name of ["certificate_days_left", "risk", "risk_stale", "risk_in_flight"])
    expect(samplesOf(text, name)).toEqual([]);
});

it("what is counted goes on from what an earlier process wrote of this cluster, and of no other", async () => {
  const step: Step = { kind: "try-canary", purpose: "webhooks", roots: [], base: OLD, reason: "" };
  const steps = [step, run.last];
  const before = await textOf(new SyncMetrics(goal), { steps });
  const strange = await textOf(new SyncMetrics({ gate: "g", cluster: "other" }), { steps });
  const text = await textOf(new SyncMetrics(goal, `${strange}${before}`), { steps });
  expect(samplesOf(text, "steps_total")).toEqual(['step="try-canary" 2']);
  const other = new SyncMetrics({ gate: "g", cluster: "prod-2" }, before);
  expect(samplesOf(await other.text(), "last_success_timestamp_seconds")).toEqual([]);
});

it("a URL's path, which may hold a capability, is in no label", async () => {
  const endpoints = run.observation.endpoints.map((view) => ({ ...view, base: `${view.base}/k/secret` }));
  const text = await textOf(new SyncMetrics(goal), { observation: { ...run.observation, endpoints } });
  expect(samplesOf(text, "certificate_days_left").length).toBe(2);
  expect(text).not.toContain("secret");
});

describe("a run that could not be made", () => {
  it("is counted, keeps when the last one was well, and leaves nothing from before", async () => {
    const metrics = new SyncMetrics(goal);
    await textOf(metrics);
    metrics.failed("cluster-unreachable", NOW + 60_000, 200);
    const text = await metrics.text();
    expect(samplesOf(text, "run_failures_total")).toEqual(['code="cluster-unreachable" 1']);
    expect(samplesOf(text, "in_step")).toEqual(["0"]);
    expect(samplesOf(text, "last_success_timestamp_seconds")).toEqual(["1795491303"]);
    expect(samplesOf(text, "last_run_timestamp_seconds")).toEqual(["1795491363"]);
    expect(samplesOf(text, "target_phase")).toEqual([]);
  });

  it("knows when the last one was well from the file that another process wrote", async () => {
    const metrics = new SyncMetrics(goal, await textOf(new SyncMetrics(goal)));
    metrics.failed("lease-held", NOW + 60_000, 200);
    expect(samplesOf(await metrics.text(), "last_success_timestamp_seconds")).toEqual(["1795491303"]);
  });

  it.each(["", "nonsense", 'postern_sync_last_success_timestamp_seconds{a="b"} NaN\n'])(
    "reads nothing into a file of %j",
    async (previous) => {
      const metrics = new SyncMetrics(goal, previous);
      metrics.failed("lease-held", NOW, 200);
      expect(samplesOf(await metrics.text(), "last_success_timestamp_seconds")).toEqual([]);
    },
  );
});

it("every line is a comment or a sample, and the text ends with a newline", async () => {
  const text = await textOf(new SyncMetrics({ gate: "g", cluster: 'odd "name" \\ of\na cluster' }));
  expect(text.endsWith("\n")).toBe(true);
  for (const line of text.trimEnd().split("\n"))
    expect(line).toMatch(/^$|^# (?:HELP|TYPE) \S+ .+$|^\w+\{(?:\w+="(?:[^"\\\n]|\\["\\n])*",?)+\} [\d.e-]+$/);
});
