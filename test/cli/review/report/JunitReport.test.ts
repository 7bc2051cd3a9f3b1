import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { validateXML } from "xmllint-wasm/index-node.js";
import { HOSTILE, pod, ReportBed, writeEach, writeHostile } from "./ReportBed.ts";

const bed = new ReportBed();
afterAll(() => bed.folder.remove());

/** The schema of the xUnit plugin of Jenkins. */
const schema = readFileSync(new URL("../../../fixtures/schemas/junit-10.xsd", import.meta.url), "utf8");

/** A report that holds to the schema, without the lines of its begin and end. */
async function junit(...args: string[]) {
  const { code, out, err } = await bed.run("junit", args);
  const { valid, errors } = await validateXML({
    xml: [{ fileName: "report.xml", contents: out }],
    schema: [{ fileName: "junit-10.xsd", contents: schema }],
    initialMemoryPages: 512,
    maxMemoryPages: 4096,
  });
  expect([valid, errors]).toEqual([true, []]);
  return {
    code,
    err,
    out,
    lines: out
      .split("\n")
      .slice(2, -2)
      .map((line) => line.trim()),
  };
}

const STAMP = "would-patch stamp: would patch: add /metadata/labels";

describe("postern review --output junit", () => {
  it("has a case for each object, failures by policy, and skips what is not judged", async () => {
    const { code, lines } = await junit(writeEach(bed));
    expect(code).toBe(1);
    const name = "deploy/each.json";
    const latest = "spec.containers[0].image: image 'registry.example.com/web:latest' has the tag 'latest'";
    const notes = `<system-out>${STAMP}</system-out></testcase>`;
    expect(lines).toEqual([
      `<testsuite name="${name}" tests="6" failures="1" errors="0" skipped="1">`,
      `<testcase name="Pod shop/denied" classname="${name}"><failure type="say-no" message="no way">${name}:1`,
      `no way</failure>${notes}`,
      `<testcase name="Pod shop/warned" classname="${name}"><system-out>${STAMP}`,
      "warn say-maybe: mind this",
      "warn say-maybe: mind this</system-out></testcase>",
      `<testcase name="Pod shop/hidden" classname="${name}"><system-out>${STAMP}`,
      "would-deny watched: is watched</system-out></testcase>",
      `<testcase name="Pod legacy/old" classname="${name}"><system-out>would-patch stamp: would patch: add /metadata/labels`,
      `excepted disallow-latest-tag: ${latest} (excepted until 2027-03-01 (team-shop: the old shop is rebuilt, see SHOP-7))</system-out></testcase>`,
      `<testcase name="Pod shop/fine" classname="${name}">${notes}`,
      `<testcase name="Secret shop/token" classname="${name}"><skipped type="not judged" message="Secret shop/token: not judged: no policy was asked"></skipped></testcase>`,
      "</testsuite>",
    ]);
  });

  it("has a suite for each file, and an error for an input that cannot be read", async () => {
    bed.folder.write("broken.yaml", "apiVersion: v1\nkind: [\n");
    const { code, lines } = await junit(
      bed.write("a.json", pod("a")),
      bed.write("b.json", pod("a"), pod("a")),
      "broken.yaml",
    );
    expect(code).toBe(2);
    expect(lines.filter((line) => line.startsWith("<testsuite "))).toEqual([
      '<testsuite name="a.json" tests="1" failures="0" errors="0" skipped="0">',
      '<testsuite name="b.json" tests="2" failures="0" errors="0" skipped="0">',
      '<testsuite name="broken.yaml" tests="1" failures="0" errors="1" skipped="0">',
    ]);
    expect(lines).toContainEqual(
      expect.stringMatching(/^<testcase name="broken.yaml:2".*<error type="unreadable" message="kind/),
    );
    expect(lines).toContainEqual(expect.stringContaining('<testcase name="Pod shop/a (line 2, 2)"'));
  });

  it("is empty for no objects", async () => {
    bed.folder.write("none/values.yaml", "a: 1\n");
    expect(await junit("none")).toMatchObject({ code: 0, lines: [] });
  });

  it("stays whole and on its own with hostile names and messages of a megabyte", async () => {
    const { code, out } = await junit(writeHostile(bed));
    expect(code).toBe(1);
    expect(out.match(/<failure /g)?.length).toBe(HOSTILE.length + 1);
    expect(out.length).toBeLessThan(800_000);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(out).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]|##\[/);
  });
});
