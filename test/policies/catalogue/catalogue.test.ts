import { expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { builtinPolicies, builtinsWithOptions } from "../../../src/policies/builtinPolicies.ts";
import type { CatalogueEntry } from "../../../src/policies/catalogue/CatalogueEntry.ts";
import { catalogue } from "../../../src/policies/catalogue/catalogue.ts";
import * as builtins from "../../../src/policies/index.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { decodeAdmissionReview } from "../../../src/protocol/review/decodeAdmissionReview.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import { applyMutators } from "../applyMutators.ts";
import { reviewOf } from "../faultsOf.ts";
import { judge } from "../judge.ts";

const camelCase = (name: string): string => name.replace(/-(.)/g, (_match, letter: string) => letter.toUpperCase());

/** The reviews of the objects of a manifest. What has no manifest, such as an exec, is a review already. */
function reviewsOf(manifest: string): Review[] {
  return parseAllDocuments(manifest).map((document) => {
    expect(document.errors).toEqual([]);
    const object = document.toJS() as JsonObject;
    if (object.kind !== "AdmissionReview") return reviewOf(object);
    const decoded = decodeAdmissionReview(object);
    if (!decoded.ok) throw new Error(`${decoded.fault.path} ${decoded.fault.expected}`);
    return decoded.value;
  });
}

const entries = catalogue.map((entry): [builtin: string, entry: CatalogueEntry] => [entry.builtin, entry]);
const validators = entries.filter(([, { make }]) => make().mutate === undefined);
const mutators = entries.filter(([, { make }]) => make().mutate !== undefined);

it("the catalogue has an entry for each built-in policy", () => {
  const known = [...builtinPolicies.keys(), ...builtinsWithOptions].map(camelCase);
  expect(catalogue.map(({ builtin }) => builtin).sort()).toEqual(known.sort());
});

it.each(entries)("the entry of %s is of a function that postern/policies exports, with a reason", (name, entry) => {
  expect(builtins).toHaveProperty(name, expect.any(Function));
  expect(camelCase(entry.make().name)).toMatch(new RegExp(`^${name}`));
  expect(entry.why).toMatch(/^[A-Z].*\.$/);
  expect(entry.options === "" || /^\{ .* \}$/.test(entry.options)).toBe(true);
  for (const control of entry.controls) expect(control).toMatch(/^(?:PSS |CIS \d|NSA: |CVE-)/);
});

it.each(entries)("the options of %s make the same policy as its examples have", (name, { make, options }) => {
  const build: unknown = new Function("builtins", `return builtins[${JSON.stringify(name)}](${options})`);
  const made: unknown = (build as (of: typeof builtins) => unknown)(builtins);
  const shape = (policy: unknown): string =>
    JSON.stringify(policy, (_key, value: unknown) => (typeof value === "function" ? String(value) : value));
  expect(shape(made)).toBe(shape(make()));
});

it.each(validators)("%s allows its passing example without a warning", async (_name, { make, passing }) => {
  const policy = make();
  const reviews = reviewsOf(passing);
  expect(reviews).not.toEqual([]);
  for (const review of reviews) {
    const verdict = await judge(policy, review, "validate");
    // A policy for some namespaces only is not asked about the others.
    const asked = policy.match.namespaces?.include === undefined ? [{ policy: policy.name }] : [];
    expect(verdict).toMatchObject({ allowed: true, warnings: [], policies: asked });
  }
});

it.each(validators)("%s denies its failing example with its name", async (_name, { make, failing }) => {
  const policy = make();
  const verdicts = await Promise.all(reviewsOf(failing).map((review) => judge(policy, review, "validate")));
  expect(verdicts.filter(({ allowed }) => allowed)).toEqual([]);
  for (const verdict of verdicts)
    expect(verdict).toMatchObject({ allowed: false, message: expect.stringContaining(`${policy.name}: `) });
});

it.each(mutators)("%s makes its second example of its first one", async (_name, { make, passing, failing }) => {
  const [before] = reviewsOf(passing);
  const [after] = reviewsOf(failing);
  if (before === undefined || after === undefined) throw new Error("an example is empty");
  expect(await applyMutators(make(), before)).toEqual(after.object);
});
