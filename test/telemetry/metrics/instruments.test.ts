import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { HISTOGRAMS, INSTRUMENTS } from "../../../src/telemetry/metrics/instruments.ts";

const README = readFileSync(new URL("../../../src/telemetry/README.md", import.meta.url), "utf8");
const all = [...Object.values(INSTRUMENTS), ...Object.values(HISTOGRAMS)];

it.each(all)("README.md has $name with its labels", ({ name, labels }) => {
  const row = README.split("\n").find((line) => line.startsWith(`| \`${name}\` |`));
  expect(row).toBeDefined();
  for (const label of labels) expect(row).toContain(`\`${label}\``);
});

it("README.md has no other metric", () => {
  const section = README.slice(README.indexOf("| metric | kind"), README.indexOf("`postern.verdict` is"));
  const rows = section.match(/^\| `[\w.]+`/gm)?.map((row) => row.slice(3, -1));
  expect(rows?.sort()).toEqual(all.map(({ name }): string => name).sort());
});

const OTHERS = [
  "src/tls/TlsMetrics.ts",
  "src/tls/sidecar/ReloadMetrics.ts",
  "src/sync/metrics/SyncMetrics.ts",
  "src/rollout/report/RolloutMetrics.ts",
];

it("README.md has the metrics of the other processes, and no other one", () => {
  const names = OTHERS.flatMap((path) => {
    const text = readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
    return text.match(/(?<=")postern_\w+(?=")/g) ?? [];
  });
  const rows = README.match(/(?<=^\| `)postern_\w+(?=` \|)/gm);
  expect(rows?.sort()).toEqual([...new Set(names)].sort());
});
