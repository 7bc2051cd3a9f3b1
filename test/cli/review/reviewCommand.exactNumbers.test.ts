import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { ledger, ledgerReview } from "../../gate/ledgerCall.ts";
import { InputFolder } from "../InputFolder.ts";
import { runPostern } from "../runPostern.ts";

const gate = fileURLToPath(new URL("../../fixtures/gates/ledgerGate.ts", import.meta.url));
const folder = new InputFolder();
afterAll(() => folder.remove());
const review = (file: string, output: string) => runPostern(["review", "--gate", gate, "--output", output, file]);

const spec = '{"entries":[{"name":"b","nanos":9223372036854775807},{"name":"a","nanos":1764324000123456787}]}';
const yaml = `apiVersion: example.com/v1
kind: Ledger
metadata: { name: l, namespace: shop, labels: { do: sort } }
spec:
  entries:
  - { name: b, nanos: 9_223_372_036_854_775_807 }
  - { name: a, nanos: 1764324000123456787 }
`;
const files = {
  "a manifest in YAML": folder.write("ledger.yaml", yaml),
  "a manifest in JSON": folder.write("ledger.json", ledger("sort", spec)),
  "a list in YAML": folder.write(
    "list.yaml",
    `apiVersion: v1\nkind: List\nitems:\n- ${yaml.trim().replaceAll("\n", "\n  ")}\n`,
  ),
  "a captured review in JSON": folder.write("review.json", ledgerReview("sort", spec)),
  "a captured review in YAML": folder.write("review.yaml", `# captured\n${ledgerReview("sort", spec)}\n`),
};

describe.each(Object.entries(files))("postern review keeps the digits of %s", (_what, file) => {
  it("in JSON", async () => {
    const { code, out } = await review(file, "json");
    expect(code).toBe(0);
    expect(out).toContain(
      '"patch":[{"op":"add","path":"/spec/entries/0","value":{"name":"a","nanos":1764324000123456787}},{"op":"remove","path":"/spec/entries/2"}]',
    );
  });

  it("in text", async () => {
    const { out } = await review(file, "text");
    expect(out).toContain('patch add /spec/entries/0 {"name":"a","nanos":1764324000123456787}\n');
  });

  it("in YAML", async () => {
    const { out } = await review(file, "yaml");
    expect(out).toContain("    - name: a\n      nanos: 1764324000123456787\n");
    expect(out).toContain("    - name: b\n      nanos: 9223372036854775807\n");
  });
});

it.each([
  ["to-number", "to-number.json"],
  ["add-number", "add-number.json"],
])(
  "postern review denies in the name of the mutator %s that would lose digits, and says what it did",
  async (change, name) => {
    const file = folder.write(name, ledger(change, '{"nanos":1764324000123456787}'));
    const { code, out, err } = await review(file, "text");
    expect(code).toBe(1);
    expect(out).toContain(`${change}: the policy failed`);
    expect(err).toContain(`a policy failed: ${change}: `);
    expect(err).toMatch(/spec\/created is a number beyond 2\^53, which may be rounded|Cannot mix BigInt/);
  },
);

it("postern review gives a validator a number, also beyond 2^53", async () => {
  const file = folder.write("plain.yaml", ledger("append", '{"entries":[],"nanos":1764324000123456787}'));
  const { out } = await review(file, "json");
  expect(out).toContain('"warnings":["look: nanos is a number"]');
  expect(out).toContain('"value":{"name":"appended","nanos":1764324000123456787,"by":1}');
});
