import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { checkModule } from "../../../infra/checks/checkModule.ts";
import { checkSources, formattedCheck } from "../../../infra/checks/checkSources.ts";

it.each(checkSources.map((source) => [source.file, source] as const))(
  "src/%s is the check that its schema generates; `npm run build` refreshes it",
  (file, source) => {
    expect(readFileSync(new URL(`../../../src/${file}`, import.meta.url), "utf8")).toBe(formattedCheck(source));
  },
);

const source = (schema: z.core.$ZodType): Parameters<typeof checkModule>[0] => ({
  schema,
  schemaName: "thingSchema",
  schemaFile: "gate/thingSchema.ts",
  file: "gate/checkThing.ts",
});

describe("checkModule refuses a schema that it cannot write as plain code", () => {
  it.each<[what: string, schema: z.core.$ZodType, about: string]>([
    ["a root that is no object", z.string(), "a root of type string"],
    ["a number with rules", z.object({ a: z.number().check(z.minimum(1)) }), "a number with rules"],
    ["a union", z.object({ a: z.union([z.string(), z.boolean()]) }), "the type union"],
    ["a text with a pattern", z.object({ a: z.string().check(z.regex(/a/)) }), "the check string_format"],
    ["a text of at least two characters", z.object({ a: z.string().check(z.minLength(2)) }), "the check min_length"],
    ["a record with rules for keys", z.object({ a: z.record(z.enum(["a"]), z.string()) }), "keys with rules"],
    ["an object with a catchall", z.object({ a: z.catchall(z.object({}), z.string()) }), "an object with a catchall"],
    ["two objects of one name", z.object({ a: z.object({ b: z.object({ a: z.object({ c: z.string() }) }) }) }), "two"],
  ])("%s", (_what, schema, about) => {
    expect(() => checkModule(source(schema))).toThrow(`no check can be generated for ${about}`);
  });
});

it("checkModule gives an object at two places its path as a parameter", () => {
  const part = z.object({ a: z.boolean() });
  const text = checkModule(source(z.object({ left: part, right: z.optional(part) })));
  expect(text).toContain('faultOfLeft(left, "left")');
  expect(text).toContain('faultOfLeft(right, "right")');
  expect(text).toMatch(/shapeFault\(`\$\{path\}\.a`, "expected a boolean"\)/);
});
