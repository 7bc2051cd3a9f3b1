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
