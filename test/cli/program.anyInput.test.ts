import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputFolder } from "./InputFolder.ts";
import { insideFolder } from "./insideFolder.ts";
import { runPostern } from "./runPostern.ts";

const flow = fc.constantFrom(
  "[",
  "]",
  "{",
  "}",
  ",",
  ": ",
  "- ",
  "? ",
  "&a ",
  "*a",
  "!!int ",
  "!x ",
  "|\n",
  ">-\n",
  "'",
  '"',
  "#",
  "%YAML 1.2\n",
  "---\n",
  "...\n",
  "\n",
  "\t",
  "  ",
  "\r\n",
  "<<",
  "~",
  "\0",
  "\uFEFF",
  "\u2028",
);
const word = fc.constantFrom(
  "apiVersion: v1\n",
  "kind: Pod\n",
  "kind: List\n",
  "items:\n",
  "metadata:\n",
  "  name: a\n",
  "  labels: {bad-label: x}\n",
  "__proto__",
  "0777",
  "12:30",
  ".inf",
  "yes",
);
const yamlish = fc
  .array(fc.oneof(flow, word, fc.string({ maxLength: 5 })), { maxLength: 40 })
  .map((parts) => parts.join(""));

const key = fc.constantFrom(
  "apiVersion",
  "kind",
  "metadata",
  "name",
  "namespace",
  "labels",
  "spec",
  "items",
  "request",
  "object",
  "containers",
  "__proto__",
  "constructor",
);
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.jsonValue(),
    fc.constantFrom("v1", "Pod", "List", "PodList", "AdmissionReview", "Deployment"),
    tie("list"),
    tie("object"),
  ),
  list: fc.array(tie("value"), { maxLength: 3 }),
  object: fc.dictionary(key, tie("value"), { maxKeys: 6 }),
})).object;
const object = fc.record(
  {
    apiVersion: fc.constantFrom("v1", "apps/v1", "admission.k8s.io/v1"),
    kind: fc.constantFrom("Pod", "List", "PodList", "Deployment", "AdmissionReview", "ConversionReview", "Secret"),
    metadata: value,
    spec: value,
    items: fc.array(value, { maxLength: 3 }),
    request: value,
  },
  { requiredKeys: ["apiVersion", "kind"] },
);

const bytes = fc.oneof(
  fc.string({ unit: "binary" }),
  yamlish,
  fc.uint8Array(),
  object.map((it) => JSON.stringify(it)),
  fc.array(object, { maxLength: 3 }).map((all) => all.map((it) => JSON.stringify(it)).join("\n---\n")),
);
const operation = fc.constantFrom("CREATE", "UPDATE", "DELETE");
const policies = ["deny-labels", "disallow-latest-tag", "require-labels", "require-resources"].flatMap((name) => [
  "--use",
  name,
]);

describe("postern review of random input", () => {
  it("exits with 0, 1 or 2 and prints the reason", async () => {
    await fc.assert(
      fc.asyncProperty(bytes, operation, async (stdin, op) => {
        const { code, out, err } = await runPostern(
          ["review", ...policies, "--operation", op, "--output", "json", "-"],
          { stdin },
        );
        const verdicts = out
          .split("\n")
          .filter((line) => line !== "")
          .map((line): { allowed: boolean | null } => JSON.parse(line));
        expect(err).not.toContain("internal error");
        // A policy that throws is also logged with a place.
        const faulty = err
          .split("\n")
          .some((line) => line.startsWith("postern: (standard input)") && !line.includes(": a policy failed: "));
        if (faulty) expect(code).toBe(2);
        else expect(code).toBe(verdicts.some(({ allowed }) => allowed === false) ? 1 : 0);
        // A text of comments and separators has no object, and is no fault. Nor is a list without items.
        const lines = Buffer.from(stdin).toString().split("\n");
        const isComments = lines.every((line) => line.trim() === "" || /^(?:\s*#|---|\.\.\.)/.test(line));
        const hasList = lines.some((line) => line.includes("List"));
        if (!isComments && !hasList) expect(verdicts.length > 0 || faulty).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it("exits with 0, 1 or 2 for random arguments", async () => {
    const argument = fc.oneof(
      fc.constantFrom(
        "review",
        "help",
        "--use",
        "deny-labels",
        "--output",
        "json",
        "-",
        "--",
        "--operation",
        "--cluster",
      ),
      // No parent folder: the files of the whole machine are not manifests.
      fc.string().filter((text) => !/^[./\\]+$/.test(text)),
    );
    const property = fc.asyncProperty(fc.array(argument, { maxLength: 6 }), async (args) => {
      const { code, err } = await runPostern(["review", ...args]);
      expect([0, 1, 2]).toContain(code);
      expect(err).not.toContain("internal error");
    });
    const folder = new InputFolder();
    // The default gate. It has no policies, because it is bundled at each run.
    folder.write(
      "functions/gate.ts",
      "export default { policies: [], clusters: { one: { identity: 'none' } }, entries: {}, conversions: [] };\n",
    );
    try {
      await insideFolder(folder.path, () => fc.assert(property, { numRuns: 60 }));
    } finally {
      folder.remove();
    }
  });
});
