import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { validateXML } from "xmllint-wasm/index-node.js";
import { oneCase, POD, TableFolder, TEAM_POD } from "../TableFolder.ts";

const folder = new TableFolder();
afterAll(() => folder.remove());

/** The schema of the xUnit plugin of Jenkins. */
const schema = readFileSync(new URL("../../../fixtures/schemas/junit-10.xsd", import.meta.url), "utf8");

/** Runs tables, and expects a report that holds to the schema. */
async function junit(path: string) {
  const ran = await folder.test([path, "--output", "junit"]);
  const { valid, errors } = await validateXML({
    xml: [{ fileName: "report.xml", contents: ran.out }],
    schema: [{ fileName: "junit-10.xsd", contents: schema }],
    initialMemoryPages: 512,
    maxMemoryPages: 4096,
  });
  expect([valid, errors]).toEqual([true, []]);
  return ran;
}

describe("postern test --output junit", () => {
  it("prints a suite for each table, failures of cases, and errors of what cannot be run", async () => {
    folder.write("t/a.test.yaml", oneCase("policy: team", `manifest: ${TEAM_POD}`, "expect: allowed"));
    folder.write(
      "t/b.test.yaml",
      `policy: team\ncases:\n  - { name: "<two> & \\"2\\"", manifest: ${POD}, expect: denied, message: "]]>" }\n  - { name: three, expect: denied }\n`,
    );
    const { code, out, err } = await junit("t");
    expect(code).toBe(2);
    expect(err).toBe("1 passed, 1 failed, 1 could not be run\n");
    expect(out).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="postern test" tests="3" failures="1" errors="1">
  <testsuite name="t/a.test.yaml" tests="1" failures="0" errors="0" skipped="0">
    <testcase name="one" classname="t/a.test.yaml"/>
  </testsuite>
  <testsuite name="t/b.test.yaml" tests="2" failures="1" errors="1" skipped="0">
    <testcase name="&lt;two&gt; &amp; &quot;2&quot;" classname="t/b.test.yaml">
      <failure message="no message of team contains the text">t/b.test.yaml:3: team: no message of team contains the text
expected denied, with the message ]]&gt;
came denied
deny metadata.labels has no team
- ]]&gt;
+ metadata.labels has no team</failure>
    </testcase>
    <testcase name="three" classname="t/b.test.yaml">
      <error message="manifest is missing: the object that comes in, or review with an AdmissionReview">t/b.test.yaml:4: manifest is missing: the object that comes in, or review with an AdmissionReview</error>
    </testcase>
  </testsuite>
</testsuites>
`);
  });

  it("has no character that XML 1.0 does not have, and none that reorders text", async () => {
    folder.write(
      "t/a.test.yaml",
      `policy: team\ncases:\n  - { name: "a\\0b\\e[2Jc\\u202Ed\\uFFFEe\\nf", manifest: ${POD}, expect: allowed }\n`,
    );
    const { out } = await junit("t/a.test.yaml");
    expect(out).toContain('name="a\ufffdb\ufffd[2Jc\ufffdd\ufffde&#10;f"');
    expect(out).not.toMatch(/[^\t\n\u0020-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u);
  });
});
