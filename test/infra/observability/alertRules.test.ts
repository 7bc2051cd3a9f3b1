import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { patience } from "../../run/speedFactor.ts";
import { installedTool } from "./installedTool.ts";
import { type Mutant, mutantsOf } from "./mutantsOf.ts";
import { pathOf, rules, TEST_FILES, testFiles } from "./observabilityFiles.ts";

const promtool = await installedTool("promtool");
const LIMIT_MS = patience(60_000);
const folder = mkdtempSync(join(tmpdir(), "postern-alerts-"));
afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: readonly string[]): { readonly status: number | null; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(promtool ?? "", args, { encoding: "utf8", timeout: LIMIT_MS });
  return { status, text: `${stdout}${stderr}` };
}

/** Writes a changed rule and its tests. Returns the paths of the tests. */
function write({ rule }: Mutant, number: number): string[] {
  const name = `${rule.alert}-${number}`;
  writeFileSync(join(folder, `${name}.yaml`), JSON.stringify({ groups: [{ name, rules: [rule] }] }));
  return testFiles.flatMap(({ tests, ...file }, index) => {
    const own = tests.flatMap(({ alert_rule_test, ...test }) => {
      const cases = alert_rule_test.filter(({ alertname }) => alertname === rule.alert);
      return cases.length === 0 ? [] : [{ ...test, alert_rule_test: cases }];
    });
    if (own.length === 0) return [];
    const path = join(folder, `${name}-${index}.test.yaml`);
    writeFileSync(path, JSON.stringify({ ...file, rule_files: [`${name}.yaml`], tests: own }));
    return [path];
  });
}

/** The test files that pass, of those that promtool reports on. */
function passedOf(text: string): string[] {
  const reports = text.split(/^Unit Testing: +/m).slice(1);
  return reports.flatMap((report) => (/^ +SUCCESS/m.test(report) ? [report.split("\n", 1)[0]?.trim() ?? ""] : []));
}

describe.each(rules)("the tests of $alert", (rule) => {
  it("have a time at which it fires, and one at which it does not", () => {
    const cases = testFiles
      .flatMap(({ tests }) => tests.flatMap((test) => test.alert_rule_test))
      .filter(({ alertname }) => alertname === rule.alert);
    expect(cases.some(({ exp_alerts }) => exp_alerts.length > 0)).toBe(true);
    expect(cases.some(({ exp_alerts }) => exp_alerts.length === 0)).toBe(true);
  });

  it.skipIf(promtool === undefined)(
    "pass, and fail for each change of the rule (skipped without promtool)",
    () => {
      const original = write({ what: "none", rule }, 0);
      expect(run("test", "rules", ...original)).toMatchObject({ status: 0 });
      const mutants = mutantsOf(rule).map((mutant, index) => ({ ...mutant, paths: write(mutant, index + 1) }));
      expect(mutants.length).toBeGreaterThan(1);
      const { text } = run("test", "rules", ...mutants.flatMap(({ paths }) => paths));
      const passed = new Set(passedOf(text));
      expect(text.match(/^Unit Testing/gm)).toHaveLength(mutants.flatMap(({ paths }) => paths).length);
      expect(text).not.toContain("parse error");
      expect(mutants.filter(({ paths }) => paths.every((path) => passed.has(path))).map(({ what }) => what)).toEqual(
        [],
      );
    },
    LIMIT_MS,
  );
});

describe.skipIf(promtool === undefined)("promtool (skipped without it)", () => {
  it("accepts the rules, and their tests pass", () => {
    expect(run("check", "rules", pathOf("alerts.yaml"))).toMatchObject({ status: 0 });
    const { status, text } = run("test", "rules", ...TEST_FILES.map(pathOf));
    expect({ status, text }).toMatchObject({ status: 0 });
    expect(passedOf(text).map((path) => basename(path))).toEqual(TEST_FILES);
  });
});

it("installedTool rejects in CI when there is none", async () => {
  await expect(installedTool("promtool", { PATH: folder, CI: "true" })).rejects.toThrow("there is no promtool");
  expect(await installedTool("promtool", { PATH: folder })).toBeUndefined();
});
