import { describe, expect, it } from "vitest";
import { csvFormat } from "../../../src/records/export/csvFormat.ts";
import { testDecision } from "../chain/testChain.ts";

const AT = "2026-01-02T03:04:05.678Z";

/** The cells of a line by their column (RFC 4180, section 2). */
function cellsOf(decision: object): Readonly<Record<string, string>> {
  const line = csvFormat.line({ seq: 3, prev: "0".repeat(64), at: AT, decision: { ...testDecision(3), ...decision } });
  expect(line.endsWith("\r\n")).toBe(true);
  const cells = [...line.slice(0, -2).matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g)].map(
    ([, quoted, plain = ""]) => quoted?.replaceAll('""', '"') ?? plain,
  );
  const columns = csvFormat.head.trimEnd().split(",");
  expect(cells.length).toBe(columns.length);
  return Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? ""]));
}

describe("a line of CSV", () => {
  it("has what a record says", () => {
    expect(cellsOf({})).toMatchObject({
      time: AT,
      cluster: "production",
      seq: "3",
      verdict: "denied",
      code: "403",
      denied_by: "deny-labels",
      operation: "CREATE",
      kind: "Pod",
      namespace: "übung",
      name: "web-3",
      dry_run: "false",
      groups: "system:authenticated",
      identity: "jwt",
      patch_hash: "",
      duration_ms: "0.25",
    });
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\n=1", "＝1+1", "＠SUM(A1)", '=HYPERLINK("http://x","y")'])(
    "has no formula for the user %j",
    (name) => {
      expect(cellsOf({ user: { name } }).user).toBe(`'${name}`);
    },
  );

  it("has no control characters, which a terminal would act on", () => {
    expect(cellsOf({ user: { name: "a\u001b[31mb\u009bc\u007f\u0000\u202ed" } }).user).toBe(
      "a\\u001b[31mb\\u009bc\\u007f\\u0000\\u202ed",
    );
  });

  it.each(['a"b', "a,b", "a\nb", "a\r\nb", '"', "", "a=b", "1-2"])("has the text %j as it is", (name) => {
    expect(cellsOf({ user: { name } }).user).toBe(name);
  });
});
