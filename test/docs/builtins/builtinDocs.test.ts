import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { builtinPolicies, builtinsWithOptions } from "../../../src/policies/builtinPolicies.ts";
import docs from "../../../src/policies/catalogue/builtins.json" with { type: "json" };
import { subjects } from "../../../src/policies/catalogue/subjects.ts";
import { packs } from "../../../src/policies/index.ts";
import { patience } from "../../run/speedFactor.ts";
import { ROOT, readmes } from "../readmes.ts";
import { builtinDocs, DOCS_FILE, docsText } from "./builtinDocs.ts";

it(
  "what is said of the built-in policies is up to date (npm run docs)",
  async () => {
    expect(docsText(await builtinDocs(ROOT))).toBe(readFileSync(join(ROOT, DOCS_FILE), "utf8"));
  },
  patience(20_000),
);

it("all built-in policies and packs are in it", () => {
  expect(docs.builtins.map(({ name }) => name)).toEqual([...builtinPolicies.keys(), ...builtinsWithOptions].sort());
  expect(docs.packs.map(({ name }) => name).sort()).toEqual(Object.keys(packs).sort());
});

it.each([
  ["require-non-root", "spec.securityContext.runAsUser"],
  ["disallow-load-balancers", "metadata.annotations"],
  ["require-topology-spread", "spec.template.spec.topologySpreadConstraints"],
  ["set-image-pull-policy", "spec.volumes[].image.pullPolicy"],
])("%s is found by the field %s", (name, field) => {
  expect(docs.builtins.find((it) => it.name === name)?.fields).toContain(field);
});

describe("the page of a subject", () => {
  it.each([...subjects.keys()])("%s has all of its policies", (folder) => {
    const page = readmes().find(({ path }) => path === `src/policies/${folder}/README.md`)?.text ?? "";
    const own = docs.builtins.filter(({ subject }) => subject === folder);
    expect(own).not.toEqual([]);
    expect(own.filter(({ builtin }) => !page.includes(`\n## ${builtin}\n`))).toEqual([]);
    expect(page.match(/^## More on (\w+)$/gm)?.map((it) => it.replace("## More on ", "")) ?? []).toSatisfy(
      (names: string[]) => names.every((name) => page.includes(`(#more-on-${name.toLowerCase()})`)),
    );
  });
});

describe("what is said of a policy", () => {
  it.each(docs.builtins.map((doc) => [doc.name, doc] as const))("%s is complete", (_, doc) => {
    const { description, kind, messages, native, parameters, reasons, subject, fields } = doc;
    expect([...subjects.keys()]).toContain(subject);
    expect(description).toMatch(/^\S.*[^.]$/);
    expect(parameters.filter(({ type, meaning }) => type === "" || meaning === "")).toEqual([]);
    expect(messages.length > 0).toBe(kind === "validator");
    expect(reasons.length > 0).toBe(native !== "yes");
    expect(fields).not.toContain("metadata.name");
    // An exec is not about a field.
    if (doc.name !== "disallow-exec") expect(fields).not.toEqual([]);
  });
});
