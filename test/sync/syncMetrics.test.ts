import { beforeAll, expect, it } from "vitest";
import type { SyncRun } from "../../src/sync/runSync.ts";
import { syncMetrics } from "../../src/sync/syncMetrics.ts";
import { makeCas, OLD, SyncWorld } from "./SyncWorld.ts";

let run: SyncRun;
let goal: SyncWorld["goal"];
beforeAll(async () => {
  const world = new SyncWorld(await makeCas(1), { gate: "g", cluster: "prod", url: OLD, soak: 1_000 }, [0], [0]);
  goal = world.goal;
  const last = { kind: "nothing-to-do", notes: [] } as const;
  run = { steps: [last], last, rolledBack: false, observation: { ...world.observe(), now: 1_795_491_302_500 } };
});

const samplesOf = (text: string, name: string): string[] =>
  text
    .split("\n")
    .flatMap((line) => (line.startsWith(`postern_sync_${name}{`) ? [line.slice("postern_sync_".length)] : []));

it("says when, how far in step, and until when the endpoint's certificates last", () => {
  const text = syncMetrics(run, goal);
  expect(samplesOf(text, "last_run_timestamp_seconds")).toEqual([
    'last_run_timestamp_seconds{gate="g",cluster="prod"} 1795491303',
  ]);
  expect(samplesOf(text, "in_step")).toEqual(['in_step{gate="g",cluster="prod"} 1']);
  expect(samplesOf(text, "target_phase")).toEqual([
    'target_phase{gate="g",cluster="prod",target="ValidatingWebhookConfiguration/g",phase="in-step"} 1',
    'target_phase{gate="g",cluster="prod",target="MutatingWebhookConfiguration/g",phase="in-step"} 1',
  ]);
  expect(samplesOf(text, "certificate_expiry_timestamp_seconds").length).toBe(2);
});

it("counts what stands against it, by kind", () => {
  const finding = (code: "fight" | "obstacle", about: string) => ({ code, about, message: "" });
  const findings = [finding("fight", "a"), finding("fight", "b"), finding("obstacle", "c")];
  const text = syncMetrics({ ...run, last: { kind: "report", findings } }, goal);
  expect(samplesOf(text, "in_step")).toEqual(['in_step{gate="g",cluster="prod"} 0']);
  expect(samplesOf(text, "findings")).toEqual([
    'findings{gate="g",cluster="prod",code="fight"} 2',
    'findings{gate="g",cluster="prod",code="obstacle"} 1',
  ]);
});

it("every line is a comment or a sample, and the text ends with a newline", () => {
  const text = syncMetrics(run, { ...goal, cluster: 'odd "name" \\ of\na cluster' });
  expect(text.endsWith("\n")).toBe(true);
  for (const line of text.trimEnd().split("\n"))
    expect(line).toMatch(/^# (?:HELP|TYPE) \S+ .+$|^\w+\{(?:\w+="(?:[^"\\\n]|\\["\\n])*",?)+\} [\d.]+$/);
});
