import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HISTOGRAMS, INSTRUMENTS } from "../../../src/telemetry/metrics/instruments.ts";
import { prometheusName } from "../../../src/telemetry/metrics/prometheusName.ts";
import { eventually } from "../../run/eventually.ts";
import { patience } from "../../run/speedFactor.ts";
import { installedTool } from "./installedTool.ts";
import { MeasuredRun } from "./MeasuredRun.ts";
import { dashboard, pathOf, readText, rules } from "./observabilityFiles.ts";
import { PrometheusServer } from "./PrometheusServer.ts";
import { selectorsOf } from "./selectorsOf.ts";

const binary = await installedTool("prometheus");
const START_LIMIT_MS = patience(120_000);

/** As Grafana fills the variables for all clusters and a scrape each second. */
const filled = (expr: string): string =>
  expr.replaceAll("$cluster", ".*").replaceAll("$__rate_interval", "5m").replaceAll("$__range", "5m");
const queries = dashboard.panels.flatMap(({ title, targets }) =>
  targets.map(({ refId, expr, legendFormat }) => ({ panel: `${title} ${refId}`, expr: filled(expr), legendFormat })),
);
/** What the run causes. The other alerts are about states that it does not have. */
const CAUSED = [
  "PosternServingCertificateEnds",
  "PosternPolicyFails",
  "PosternTelemetryDropped",
  "PosternSyncNotInStep",
];

describe.skipIf(binary === undefined)("a real Prometheus (skipped without it: apt-get install prometheus)", () => {
  let run: MeasuredRun;
  let prometheus: PrometheusServer;
  beforeAll(async () => {
    run = await MeasuredRun.start();
    prometheus = await PrometheusServer.start(binary ?? "", run.jobs, pathOf("alerts.yaml"));
    const targets = Object.values(run.jobs).flat().length;
    await until("the first scrape of each target", `sum(up) == ${targets} and min(count_over_time(up[5m])) >= 2`);
    await until("a run of the sync", "postern_sync_findings > 0");
    const judged = await run.sendReviews();
    await until("the reviews", `sum(postern_reviews_total{postern_verdict!="self-test"}) == ${judged}`);
    await until("spans that were dropped", "sum(postern_telemetry_dropped_total) > 0");
    await run.sendReviews();
    await until("more reviews", `sum(postern_reviews_total{postern_verdict!="self-test"}) == ${2 * judged}`);
    await until("an increase of what was dropped", "sum(rate(postern_telemetry_dropped_total[5m])) > 0");
  }, START_LIMIT_MS);
  afterAll(async () => {
    await prometheus?.stop();
    await run?.stop();
  }, START_LIMIT_MS);

  async function until(what: string, query: string): Promise<void> {
    await eventually(
      what,
      async () => ((await prometheus.query(query)).length > 0 ? true : undefined),
      patience(10_000),
    );
  }

  /** What a query asks for that no scraped series has. */
  async function missing(expr: string): Promise<string[]> {
    const { selectors, grouping } = selectorsOf(expr);
    const found = await Promise.all(
      selectors.map(async ({ metric, labels }) => {
        const series = await prometheus.series(metric);
        const known = new Set(series.flatMap((it) => Object.keys(it)));
        return { metric, known, unknown: labels.filter((label) => !known.has(label)) };
      }),
    );
    return [
      ...found.filter(({ known }) => known.size === 0).map(({ metric }) => metric),
      ...found.flatMap(({ metric, known, unknown }) =>
        known.size === 0 ? [] : unknown.map((label) => `${metric}{${label}}`),
      ),
      ...grouping.filter((label) => found.every(({ known }) => !known.has(label))).map((label) => `by (${label})`),
    ];
  }

  it.each(queries)("has values for the panel $panel", async ({ expr, legendFormat }) => {
    expect(await missing(expr)).toEqual([]);
    const samples = await prometheus.query(expr);
    expect(samples.length).toBeGreaterThan(0);
    expect(samples.filter(({ value }) => !Number.isFinite(value))).toEqual([]);
    const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label);
    // Prometheus has no empty labels: a call of all policies has no entry.
    expect(named.filter((label) => samples.every(({ labels }) => labels[label] === undefined))).toEqual([]);
  });

  it.each(rules)("has the metrics and labels of $alert", async ({ expr, annotations }) => {
    expect(await missing(expr)).toEqual([]);
    const samples = await prometheus.query(expr);
    const named = [...annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label = ""]) => label);
    for (const { labels } of samples) expect(Object.keys(labels)).toEqual(expect.arrayContaining(named));
  });

  it.each(CAUSED)("finds that the condition of %s holds", async (alert) => {
    const expr = rules.find((rule) => rule.alert === alert)?.expr ?? "";
    expect((await prometheus.query(expr)).length).toBeGreaterThan(0);
  });

  it("has an error of each code that the run causes", async () => {
    const samples = await prometheus.query("sum by (error_type) (postern_errors_total) > 0");
    const codes = samples.map(({ labels }) => labels.error_type);
    expect(codes).toEqual(expect.arrayContaining(["unauthenticated", "not-json", "too-large"]));
  });

  it("evaluates every rule without an error", async () => {
    const health = await eventually("an evaluation", async () => {
      const loaded = await prometheus.rules();
      return loaded.length > 0 && loaded.every((rule) => rule.health !== "unknown") ? loaded : undefined;
    });
    expect(health.map(({ name, health: state }) => [name, state])).toEqual(rules.map(({ alert }) => [alert, "ok"]));
  });

  it.each([
    ["a metric", "sum(rate(postern_review_total[5m]))", ["postern_review_total"]],
    ["a label", 'rate(postern_reviews_total{cluster_name="a"}[5m])', ["postern_reviews_total{cluster_name}"]],
    ["a grouping", "sum by (verdict) (postern_reviews_total)", ["by (verdict)"]],
  ])("finds that %s is misspelt", async (_, expr, found) => {
    expect(await missing(expr)).toEqual(found);
  });

  it("has every metric of a gate, and no other one without a README", async () => {
    const series = await prometheus.series('{__name__=~"(postern|http)_.*"}');
    const names = new Set(series.map(({ __name__: name = "" }) => name.replace(/_(?:bucket|sum|count)$/, "")));
    const gate = [
      ...Object.entries(INSTRUMENTS).map(([key, it]) => prometheusName(it, /queue/i.test(key) ? "gauge" : "counter")),
      ...Object.values(HISTOGRAMS).map((it) => prometheusName(it, "histogram")),
    ];
    expect(gate.filter((name) => !names.has(name))).toEqual([]);
    const documented = ["sync", "tls", "rollout"].map((folder) => readText(`src/${folder}/README.md`)).join("\n");
    expect([...names].filter((name) => !gate.includes(name) && !documented.includes(`| \`${name}\` |`))).toEqual([]);
  });
});

it.each([
  ["up == 0 or absent(up)", ["up", "up"], []],
  ['sum by (a, le) (rate(m_bucket{b="x", c=~"y|z"}[5m])) > 0.1', ["m_bucket"], ["a", "le"]],
  ["(time() - m) / 86400 < 14", ["m"], []],
])("selectorsOf(%j)", (query, metrics, grouping) => {
  const found = selectorsOf(query);
  expect([found.selectors.map(({ metric }) => metric), found.grouping]).toEqual([metrics, grouping]);
});
