import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { HISTOGRAMS, INSTRUMENTS } from "../../../src/telemetry/metrics/instruments.ts";
import { prometheusName } from "../../../src/telemetry/metrics/prometheusName.ts";

const root = new URL("../../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const folder = "infra/observability";

const rule = z.object({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.object({ severity: z.enum(["info", "warning", "critical"]) }),
  annotations: z.object({ summary: z.string(), runbook: z.string() }),
});
const rules = z
  .object({ groups: z.array(z.object({ name: z.string(), rules: z.array(rule) })) })
  .parse(parse(read(`${folder}/alerts.yaml`)))
  .groups.flatMap((group) => group.rules);
const panels = z
  .object({ panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })) })) })
  .parse(JSON.parse(read(`${folder}/dashboard.json`))).panels;

/** The names of all metrics: of the gate by its instruments, and of the other processes as their code has them. */
const names = new Set([
  ...Object.entries(INSTRUMENTS).map(([key, it]) => prometheusName(it, /queue/i.test(key) ? "gauge" : "counter")),
  ...Object.values(HISTOGRAMS).map((it) => `${prometheusName(it, "histogram")}_bucket`),
  ...["src/sync/metrics", "src/tls", "src/tls/sidecar", "src/rollout/report"].flatMap((path) =>
    readdirSync(new URL(path, root))
      .filter((file) => file.endsWith("Metrics.ts"))
      .flatMap((file) => read(`${path}/${file}`).match(/(?<=")postern_\w+(?=")/g) ?? []),
  ),
]);
const unknown = (expr: string): string[] =>
  (expr.match(/\b(?:postern|http)_\w+(?=[{[)\s]|$)/g) ?? []).filter((name) => !isLabel(name) && !names.has(name));

/** Names in `by (...)` and in braces. */
function isLabel(name: string): boolean {
  const labels = [...Object.values(INSTRUMENTS), ...Object.values(HISTOGRAMS)].flatMap((it) => it.labels);
  return labels.some((label) => label.replaceAll(".", "_") === name);
}

describe("the alerting rules", () => {
  it.each(rules)("$alert asks only for metrics that Postern has", ({ expr }) => {
    expect(unknown(expr)).toEqual([]);
  });

  it.each(rules)("$alert has a paragraph in the runbook", ({ alert, annotations }) => {
    expect(annotations.runbook).toBe(`${folder}/README.md#${alert.toLowerCase()}`);
    expect(read(`${folder}/README.md`)).toMatch(new RegExp(`^### ${alert}\n\n\\w`, "m"));
  });

  it("are all that the runbook has", () => {
    const headings = read(`${folder}/README.md`).match(/(?<=^### ).*$/gm);
    expect(headings).toEqual(rules.map(({ alert }) => alert));
  });

  it("have codes of errors and findings that exist", () => {
    const codes = rules.flatMap(({ expr }) => [...expr.matchAll(/(?:error_type|code)=~?"([\w|-]+)"/g)]);
    const known = ["src/gate/GateError.ts", "src/records/RecordError.ts", "src/sync/README.md"].map(read).join("\n");
    for (const code of codes.flatMap(([, list = ""]) => list.split("|"))) expect(known).toMatch(`${code}`);
    expect(codes.length).toBeGreaterThan(3);
  });
});

it.each(panels)("the panel $title of the dashboard asks only for metrics that Postern has", ({ targets }) => {
  expect(targets.flatMap(({ expr }) => unknown(expr))).toEqual([]);
});

it("a metric that Postern does not have is found", () => {
  expect(unknown('sum by (error_type) (rate(postern_errors{error_type="x"}[5m]))')).toEqual(["postern_errors"]);
});
