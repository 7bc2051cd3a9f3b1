import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { POSTERN_VERSION } from "../../src/protocol/posternVersion.ts";

it("the version that the gate and the registrations state is that of package.json", () => {
  expect(POSTERN_VERSION).toBe(manifest.version);
  expect(manifest.version).toMatch(/^\d+\.\d+\.\d+(?:-[\w.]+)?$/);
});

it("the changelog has a section for the version of package.json, in the format of Keep a Changelog", () => {
  const text = readFileSync(new URL("../../CHANGELOG.md", import.meta.url), "utf8");
  const headings = text.match(/^## .*$/gm) ?? [];
  expect(headings[0]).toBe("## [Unreleased]");
  expect(headings.slice(1).filter((it) => !/^## \[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d$/.test(it))).toEqual([]);
  const versions = headings.slice(1).map((it) => it.replace(/^## \[(.*?)\].*$/, "$1"));
  expect(versions).toContain(manifest.version);
  const numbers = versions.map((version) => version.split(".").map(Number));
  const isSorted = numbers.every(
    (version, index) => index === 0 || compareVersions(numbers[index - 1] ?? [], version) > 0,
  );
  expect([isSorted, new Set(versions).size]).toEqual([true, versions.length]);
  const kinds = (text.match(/^### .*$/gm) ?? []).map((it) => it.slice(4));
  const known = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];
  expect(kinds.filter((kind) => !known.includes(kind))).toEqual([]);
});

function compareVersions(left: readonly number[], right: readonly number[]): number {
  const index = left.findIndex((number, at) => number !== right[at]);
  return index === -1 ? 0 : (left[index] ?? 0) - (right[index] ?? 0);
}
