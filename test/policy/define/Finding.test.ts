import { describe, expect, it } from "vitest";
import { annotate, deny, findingOf, warn } from "../../../src/policy/define/Finding.ts";

describe("deny", () => {
  it.each([
    [undefined, 403, "Forbidden"],
    [{ code: 400 }, 400, "BadRequest"],
    [{ code: 409 }, 409, "Conflict"],
    [{ code: 422 }, 422, "Invalid"],
    [{ code: 418 }, 418, "Forbidden"],
    [{ code: 599 }, 599, "Forbidden"],
    [{ reason: "Expired" }, 403, "Expired"],
    [{ code: 410, reason: "Expired" }, 410, "Expired"],
  ])("with options %j has the code %i and the reason %s", (options, code, reason) => {
    expect(deny("no", options)).toEqual({ finding: "deny", message: "no", code, reason });
  });

  it.each([200, 399, 600, 403.5, Number.NaN, -403])("refuses the code %d", (code) => {
    expect(() => deny("no", { code })).toThrow(
      expect.objectContaining({ code: "bad-finding", message: `deny: code ${code} is not between 400 and 599` }),
    );
  });
});

it.each([["", 5, null, undefined, {}, ["no"]]])("deny and warn refuse the message %j", (...messages) => {
  for (const message of messages)
    for (const make of [deny, warn]) expect(() => make(message as string)).toThrow(/^(deny|warn) requires a message$/);
});

describe("annotate", () => {
  it.each(["a", "A-b_c.9", "x".repeat(30)])("accepts the key %s", (key) => {
    expect(annotate(key, "")).toEqual({ finding: "annotate", key, value: "" });
  });
  it.each(["", "-a", "a-", "a b", "a/b", "ü", "x".repeat(31), "a\n"])("refuses the key %j", (key) => {
    expect(() => annotate(key, "v")).toThrow(
      /^annotate: .* is not a key of 1 to 30 letters, digits, "-", "_" and "\."$/,
    );
  });
  it("refuses a value that is not a string", () => {
    expect(() => annotate("a", 1 as unknown as string)).toThrow("annotate: the value of a is not a string");
  });
});

describe("findingOf", () => {
  it.each([deny("no", { code: 422 }), warn("w"), annotate("k", "v")])("copies %j", (finding) => {
    expect(findingOf({ ...finding, more: 1 })).toEqual(finding);
    expect(findingOf(finding)).not.toBe(finding);
  });
  it.each([null, undefined, "deny", 1, [], {}, { finding: "allow" }, { finding: null }, { message: "no" }])(
    "returns undefined for %j",
    (value) => {
      expect(findingOf(value)).toBeUndefined();
    },
  );
});
