import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { kubectlTags } from "../../../src/cli/manifests/kubectlTags.ts";
import { runPostern } from "../runPostern.ts";

const gate = fileURLToPath(new URL("../../fixtures/gates/textGate.ts", import.meta.url));
const review = (...manifests: object[]) =>
  runPostern(["review", "--gate", gate, "--output", "yaml", "-"], {
    stdin: manifests.map((manifest) => JSON.stringify({ apiVersion: "v1", ...manifest })).join("\n"),
  });
/** As kubectl reads it. */
const read = (text: string): unknown[] => {
  const documents = parseAllDocuments(text, { version: "1.1", customTags: kubectlTags });
  return "empty" in documents ? [] : documents.map((document) => document.toJS());
};

describe("postern review --output yaml", () => {
  it("prints the objects as they become, and the verdicts to standard error", async () => {
    const { code, out, err } = await review(
      { kind: "ConfigMap", metadata: { name: "a" }, data: { kept: "y" } },
      { kind: "Namespace", metadata: { name: "b" } },
    );
    expect(code).toBe(0);
    const data = { kept: "\u202ey\u009b", long: "x".repeat(200) };
    expect(read(out)).toEqual([
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "a", namespace: "default", labels: { team: "a" } },
        data,
      },
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "b" } },
    ]);
    expect(out).toMatch(/^---\n# Source: \(standard input\):1\napiVersion: v1\n/);
    expect(out).not.toMatch(/[\u0080-\u009f\u202e]/);
    expect(err).toMatch(/^allowed {5}ConfigMap default\/a /);
    expect(err).toMatch(/\n2 objects, 1 allowed, 0 denied, 1 not judged\n$/);
  });

  it("leaves out objects that are denied", async () => {
    const { code, out } = await review({ kind: "Pod", metadata: { name: "a" } });
    expect([code, out]).toEqual([1, ""]);
  });

  it.each<[text: string]>([
    ["on"],
    ["0777"],
    ["12:30"],
    ["1e3"],
    ["1_000"],
    [".5"],
    ["~"],
    ["null"],
    ["2026-01-01"],
    ["="],
    ["- a"],
    ["# a"],
    ["a: b"],
    ["{{ .a }}"],
    ["tab\tand\nline\n"],
    ["\u001b[2J\u0000\u0085\u2028\u202e"],
    ["no"],
    [""],
  ])("writes %j so that kubectl reads it again", async (text) => {
    const metadata = { name: "a", namespace: "default", annotations: { [text]: text } };
    const { out } = await review({ kind: "Namespace", metadata });
    expect(read(out)).toEqual([{ apiVersion: "v1", kind: "Namespace", metadata }]);
  });

  it("prints a Secret without values, and so that it cannot be applied", async () => {
    const last = "kubectl.kubernetes.io/last-applied-configuration";
    const { out } = await review({
      kind: "Secret",
      metadata: { name: "a", annotations: { [last]: '{"data":{"token":"czNjcjN0"}}', kept: "yes" } },
      data: { token: "czNjcjN0" },
    });
    expect(read(out)).toEqual([
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: {
          name: "a",
          namespace: "default",
          annotations: { [last]: "(not shown)", kept: "yes" },
          labels: { team: "a" },
        },
        data: { token: "(not shown)", password: "(not shown)" },
      },
    ]);
    expect(out).toContain("# The values of a Secret are not shown: this document cannot be applied.\n");
  });
});
