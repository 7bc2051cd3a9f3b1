import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import * as z from "zod";

/** The folder of alerts and dashboard. */
export const FOLDER = "infra/observability";
const root = new URL("../../../", import.meta.url);

/** Reads a file of the repository. */
export function readText(path: string): string {
  return readFileSync(new URL(path, root), "utf8");
}

/** The path of a file in the folder. */
export function pathOf(name: string): string {
  return fileURLToPath(new URL(`${FOLDER}/${name}`, root));
}

const ruleSchema = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.object({ severity: z.enum(["info", "warning", "critical"]) }),
  annotations: z.object({ summary: z.string(), runbook: z.string() }),
});

/** An alerting rule. */
export type AlertRule = z.infer<typeof ruleSchema>;

/** The alerting rules. */
export const rules: readonly AlertRule[] = z
  .object({ groups: z.array(z.object({ name: z.string(), rules: z.array(ruleSchema) })) })
  .parse(parse(readText(`${FOLDER}/alerts.yaml`)))
  .groups.flatMap((group) => group.rules);

const testFileSchema = z.object({
  evaluation_interval: z.string(),
  tests: z.array(
    z.looseObject({
      name: z.string(),
      alert_rule_test: z.array(
        z.object({
          eval_time: z.string(),
          alertname: z.string(),
          exp_alerts: z.array(z.looseObject({ exp_labels: z.record(z.string(), z.unknown()) })),
        }),
      ),
    }),
  ),
});

/** A file of tests of alerting rules. */
export type AlertTestFile = z.infer<typeof testFileSchema>;

/** The names of the files with tests of the alerting rules. */
export const TEST_FILES = ["alerts.test.yaml", "alerts.day.test.yaml"];
export const testFiles: readonly AlertTestFile[] = TEST_FILES.map((name) =>
  testFileSchema.parse(parse(readText(`${FOLDER}/${name}`))),
);

const source = z.object({ type: z.literal("prometheus"), uid: z.literal(`\${datasource}`) });
const dashboardSchema = z.object({
  schemaVersion: z.number(),
  uid: z.string(),
  title: z.string(),
  templating: z.object({
    list: z.array(
      z.object({ name: z.string(), type: z.string(), query: z.union([z.string(), z.object({ query: z.string() })]) }),
    ),
  }),
  panels: z.array(
    z.object({
      id: z.number(),
      type: z.string(),
      title: z.string().min(1),
      description: z.string().min(1),
      datasource: source,
      gridPos: z.object({ h: z.number(), w: z.number(), x: z.number(), y: z.number() }),
      fieldConfig: z.object({ defaults: z.looseObject({ unit: z.string().min(1) }) }),
      targets: z
        .array(
          z.object({
            refId: z.string(),
            expr: z.string().min(1),
            legendFormat: z.string().min(1),
            datasource: source,
          }),
        )
        .min(1),
    }),
  ),
});

/** The dashboard. */
export const dashboard = dashboardSchema.parse(JSON.parse(readText(`${FOLDER}/dashboard.json`)));
