import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "./readmes.ts";

const TESTS = readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" }).filter((path) =>
  path.endsWith(".ts"),
);

/** Whether a name is that of a folder of tests, or of a test without its endings. */
const isTest = (name: string): boolean => TESTS.some((path) => path.startsWith(name.endsWith("/") ? name : `${name}.`));

/** The tests of a row that do not exist. A name without a folder, or an ending alone, is beside the one before it. */
function missing(cell: string): string[] {
  let last = "";
  return [...cell.matchAll(/`([^`]+)`/g)].flatMap(([, name = ""]) => {
    const folder = last.slice(0, last.lastIndexOf("/") + 1);
    const beside = name.startsWith(".") ? last.replace(/\.[^./]*$/, "") + name : folder + name;
    const found = [name, beside].find(isTest);
    last = found ?? last;
    return found === undefined ? [name] : [];
  });
}

it("each row of the threat model has five cells, and names tests that exist", () => {
  const text = readFileSync(join(ROOT, "src/THREAT-MODEL.md"), "utf8");
  const rows = text.split("\n").filter((line) => line.startsWith("| "));
  expect(rows.length).toBeGreaterThan(40);
  const faults = rows.flatMap((row) => {
    const cells = row.slice(1, -1).split(" | ");
    return cells.length === 5 ? missing(cells[3] ?? "") : [row];
  });
  expect(faults).toEqual([]);
});

it.each<[cell: string, missing: readonly string[]]>([
  ["`identity/jwt/jwt`", []],
  ["`identity/jwt/`, `docs/threatModel`", []],
  ["`tls/CertificateReloader.start`, `.endings`", []],
  ["`identity/jwt/TokenVerifier`", ["identity/jwt/TokenVerifier"]],
  ["`identity/jwt/jw`", ["identity/jwt/jw"]],
  ["`nowhere/`", ["nowhere/"]],
])("missing finds the tests of %s", (cell, expected) => {
  expect(missing(cell)).toEqual(expected);
});
