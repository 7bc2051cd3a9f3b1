import { readFileSync } from "node:fs";
import Ajv04 from "ajv-draft-04";
import addFormats from "ajv-formats";
import { afterAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { HOSTILE, pod, ReportBed, writeEach, writeHostile } from "./ReportBed.ts";

const bed = new ReportBed();
afterAll(() => bed.folder.remove());

const schema: unknown = JSON.parse(
  readFileSync(new URL("../../../fixtures/schemas/sarif-schema-2.1.0.json", import.meta.url), "utf8"),
);
const ajv = new Ajv04.default({ strict: false, allErrors: true });
addFormats.default(ajv);
const isValid = ajv.compile(z.record(z.string(), z.unknown()).parse(schema));

const located = z.object({
  physicalLocation: z.object({
    artifactLocation: z.object({ uri: z.string() }),
    region: z.object({ startLine: z.number() }).optional(),
  }),
});
const logSchema = z.object({
  runs: z.tuple([
    z.object({
      tool: z.object({
        driver: z.object({ rules: z.array(z.object({ id: z.string(), help: z.object({ text: z.string() }) })) }),
      }),
      automationDetails: z.object({ id: z.string() }),
      results: z.array(
        z.object({
          ruleId: z.string(),
          ruleIndex: z.number(),
          level: z.string(),
          message: z.object({ text: z.string() }),
          locations: z.tuple([located]),
          partialFingerprints: z.object({ "posternFinding/v1": z.string() }),
          suppressions: z.array(z.object({ justification: z.string() })).optional(),
        }),
      ),
      invocations: z.tuple([
        z.object({
          executionSuccessful: z.boolean(),
          exitCode: z.number(),
          toolExecutionNotifications: z.array(
            z.object({
              descriptor: z.object({ id: z.string() }),
              level: z.string(),
              message: z.object({ text: z.string() }),
              locations: z.tuple([located]),
            }),
          ),
        }),
      ]),
    }),
  ]),
});

/** The run of a report that holds to the schema. */
async function sarif(...args: string[]) {
  const { code, out, err } = await bed.run("sarif", args);
  const log: unknown = JSON.parse(out);
  isValid(log);
  expect(isValid.errors).toBeNull();
  return { code, err, out, run: logSchema.parse(log).runs[0] };
}

describe("postern review --output sarif", () => {
  it("has a result for each finding, with its level by effect, and a note for what is not judged", async () => {
    const { code, run, err } = await sarif(writeEach(bed));
    expect([code, err]).toEqual([1, expect.stringMatching(/^6 objects, 4 allowed, 1 denied, 1 not judged,/)]);
    const stamp = (line: number, what: string) => [
      "stamp",
      "warning",
      `Pod ${what}: would patch: add /metadata/labels`,
      `deploy/each.json:${line}`,
    ];
    const shown = run.results.map(({ ruleId, level, message, locations: [at] }) => [
      ruleId,
      level,
      message.text,
      `${at.physicalLocation.artifactLocation.uri}:${at.physicalLocation.region?.startLine}`,
    ]);
    expect(shown.filter(([rule]) => rule !== "stamp")).toEqual([
      ["say-no", "error", "Pod shop/denied: no way", "deploy/each.json:1"],
      ["say-maybe", "warning", "Pod shop/warned: mind this", "deploy/each.json:2"],
      ["say-maybe", "warning", "Pod shop/warned: mind this", "deploy/each.json:2"],
      ["watched", "note", "Pod shop/hidden: is watched", "deploy/each.json:3"],
      [
        "disallow-latest-tag",
        "note",
        "Pod legacy/old: spec.containers[0].image: image 'registry.example.com/web:latest' has the tag 'latest'",
        "deploy/each.json:4",
      ],
    ]);
    expect(shown.filter(([rule]) => rule === "stamp")).toEqual(
      ["shop/denied", "shop/warned", "shop/hidden", "legacy/old", "shop/fine"].map((it, index) => [
        ...stamp(index + 1, it).with(1, "note"),
      ]),
    );
    const [excepted] = run.results.flatMap(({ suppressions = [] }) => suppressions);
    expect(excepted?.justification).toBe("excepted until 2027-03-01 (team-shop: the old shop is rebuilt, see SHOP-7)");
    expect(run.invocations[0]).toMatchObject({
      executionSuccessful: true,
      exitCode: 1,
      toolExecutionNotifications: [
        {
          descriptor: { id: "not-judged" },
          level: "note",
          message: { text: "Secret shop/token: not judged: no policy was asked" },
        },
      ],
    });
  });

  it("names each policy as a rule with help, and a result has the index of its rule", async () => {
    const { run } = await sarif(writeEach(bed));
    const { rules } = run.tool.driver;
    expect(rules.map(({ id }) => id)).toEqual([
      "say-no",
      "say-maybe",
      "watched",
      "stamp",
      "no-flocks",
      "disallow-latest-tag",
      "postern.gate",
    ]);
    for (const { ruleId, ruleIndex } of run.results) expect(rules[ruleIndex]?.id).toBe(ruleId);
    const help = new Map(rules.map((rule) => [rule.id, rule.help.text]));
    expect(help.get("say-no")).toBe("It judges pods, configmaps (CREATE, UPDATE).\nIts mode is enforce.");
    expect(help.get("disallow-latest-tag")).toContain("postern explain disallow-latest-tag shows");
    expect(run.automationDetails.id).toBe("postern-review/ci/");
  });

  it("has fingerprints that stay when lines move, and two for equal findings", async () => {
    const names = async (...above: string[]) => {
      bed.folder.write("moved.yaml", [...above, JSON.stringify(pod("a", { no: "x", maybe: "y" }))].join("\n"));
      const { run } = await sarif("moved.yaml");
      return run.results.map((it) => it.partialFingerprints["posternFinding/v1"]);
    };
    const first = await names();
    expect(await names("# one", "# two")).toEqual(first);
    expect(new Set(first).size).toBe(first.length);
    expect(first.length).toBe(4);
  });

  it("has an input that cannot be read as an error of the invocation, and exits with 2", async () => {
    bed.folder.write("broken.yaml", "apiVersion: v1\nkind: [\n");
    const { code, run } = await sarif("broken.yaml", "missing.yaml", bed.write("good.json", pod("good")));
    expect(code).toBe(2);
    const [invocation] = run.invocations;
    expect([invocation.executionSuccessful, invocation.exitCode]).toEqual([false, 2]);
    expect(invocation.toolExecutionNotifications).toMatchObject([
      { descriptor: { id: "unreadable" }, level: "error", message: { text: "missing.yaml: does not exist" } },
      {
        descriptor: { id: "unreadable" },
        level: "error",
        locations: [{ physicalLocation: { artifactLocation: { uri: "broken.yaml" }, region: { startLine: 2 } } }],
      },
    ]);
    expect(run.results.map(({ ruleId }) => ruleId)).toEqual(["stamp"]);
  });

  it("stays whole and on its own with hostile names and messages of a megabyte", async () => {
    const { code, run, out } = await sarif(writeHostile(bed));
    expect(code).toBe(1);
    expect(run.results.filter(({ ruleId }) => ruleId === "say-no").length).toBe(HOSTILE.length + 1);
    expect(out.length).toBeLessThan(500_000);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|##\[|^\s*::/m);
  });

  it("escapes paths as URIs, and is empty of results for a folder without manifests", async () => {
    bed.write("odd/a b%#?.json", pod("a", { no: "x" }));
    const { run } = await sarif("odd");
    expect(run.results[0]?.locations[0].physicalLocation.artifactLocation.uri).toBe("odd/a%20b%25%23%3F.json");
    bed.folder.write("none/values.yaml", "a: 1\n");
    const none = await sarif("none");
    expect([none.code, none.run.results]).toEqual([0, []]);
  });

  it("makes what is not judged an error with --fail-on-unjudged", async () => {
    const { code, run } = await sarif(
      "--fail-on-unjudged",
      bed.write("secret.json", { apiVersion: "v1", kind: "Secret", metadata: { name: "a" } }),
    );
    expect([code, run.invocations[0].toolExecutionNotifications[0]?.level]).toEqual([1, "error"]);
  });
});
