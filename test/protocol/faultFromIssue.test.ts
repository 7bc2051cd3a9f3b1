import { expect, it } from "vitest";
import * as z from "zod/mini";
import { faultFromIssue } from "../../src/protocol/faultFromIssue.ts";

const secret = "s3cret";

it.each<[what: string, schema: z.ZodMiniType, value: unknown, path: string, expected: string]>([
  ["a wrong type", z.object({ a: z.array(z.string()) }), { a: [1] }, "a.0", "expected a string"],
  ["a wrong type with a vowel", z.array(z.string()), secret, "(body)", "expected an array"],
  ["a value outside an enum", z.object({ a: z.enum(["b", "c"]) }), { a: secret }, "a", 'expected "b" or "c"'],
  ["a value other than a literal", z.literal("b"), secret, "(body)", 'expected "b"'],
  ["a text that is too short", z.string().check(z.minLength(2)), "", "(body)", "expected at least 2 characters"],
  ["an empty text", z.string().check(z.minLength(1)), "", "(body)", "expected at least 1 character"],
  ["a text that is too long", z.string().check(z.maxLength(3)), secret, "(body)", "expected at most 3 characters"],
  ["a number that is too small", z.number().check(z.minimum(0)), -1, "(body)", "expected at least 0"],
  ["a number that is too large", z.number().check(z.maximum(100)), 101, "(body)", "expected at most 100"],
  ["an empty list", z.array(z.string()).check(z.minLength(1)), [], "(body)", "expected at least 1 item"],
  [
    "a list that is too long",
    z.array(z.string()).check(z.maxLength(2)),
    ["a", "b", "c"],
    "(body)",
    "expected at most 2 items",
  ],
  ["an unknown key", z.strictObject({}), { a: secret }, "(body)", 'unknown key "a"'],
  ["unknown keys", z.strictObject({}), { a: secret, b: 1 }, "(body)", 'unknown keys "a", "b"'],
  ["any other issue, without the value,", z.union([z.string(), z.number()]), { secret }, "(body)", "Invalid input"],
])("faultFromIssue describes %s", (_what, schema, value, path, expected) => {
  const [issue] = schema.safeParse(value).error?.issues ?? [];
  if (issue === undefined) throw new Error("the schema accepts the value");
  expect(faultFromIssue(issue)).toEqual({ path, expected, about: "shape" });
});
