import { expect, it } from "vitest";
import * as z from "zod/mini";
import { faultFromIssue } from "../../src/protocol/faultFromIssue.ts";
import { isObject, isWithin, shapeFault, unknownKeysFault } from "../../src/protocol/shapeFault.ts";

it.each([{}, Object.create(null), new Map(), [], null, undefined, "a", 0, true, (): void => undefined, new Date(0)])(
  "isObject accepts what z.object accepts: %o",
  (value) => {
    expect(isObject(value)).toBe(z.looseObject({}).safeParse(value).success);
  },
);

it.each(["", "abc", "abcd", "😀😀😀", "😀😀😀😀", "😀😀😀a", "\ud83dab", "\ud83dabc", "a\ude00b😀"])(
  "isWithin counts as z.maxLength: %j",
  (text) => {
    expect(isWithin(text, 3)).toBe(z.string().check(z.maxLength(3)).safeParse(text).success);
  },
);

it.each([{ a: 1 }, { a: 1, b: 2 }, { b: 2, c: 3 }, Object.create({ b: 1 }), JSON.parse('{"__proto__":1}')])(
  "unknownKeysFault is that of z.strictObject: %o",
  (value) => {
    const [issue] = z.strictObject({ a: z.optional(z.unknown()) }).safeParse(value).error?.issues ?? [];
    expect(unknownKeysFault(value, ["a"], "")).toEqual(issue === undefined ? undefined : faultFromIssue(issue));
  },
);

it("shapeFault names the whole body where there is no path", () => {
  expect(shapeFault("", "expected an object")).toEqual({
    path: "(body)",
    expected: "expected an object",
    about: "shape",
  });
});
