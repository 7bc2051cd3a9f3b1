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
    expect(deny("no", options)).toStrictEqual({ finding: "deny", message: "no", code, reason });
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

describe("at", () => {
  it.each(["spec.containers[0].image", 'metadata.labels["example.com/a"]', "", "any text 🚀"])(
    "of deny and warn is %j",
    (at) => {
      expect(deny("no", { at })).toEqual({ finding: "deny", message: "no", code: 403, reason: "Forbidden", at });
      expect(deny("no", { code: 422, at })).toMatchObject({ code: 422, reason: "Invalid", at });
      expect(warn("w", { at })).toEqual({ finding: "warn", message: "w", at });
    },
  );
  it("is absent from findings without one", () => {
    for (const finding of [deny("no"), deny("no", {}), warn("w"), warn("w", {})])
      expect(Object.keys(finding)).not.toContain("at");
  });
  it.each([[null], [5], [true], [["spec"]], [{}], [() => "spec"]])("of deny and warn cannot be %j", (at) => {
    for (const [name, make] of Object.entries({ deny, warn }))
      expect(() => make("no", { at: at as unknown as string })).toThrow(
        expect.objectContaining({
          name: "FindingError",
          code: "bad-finding",
          message: `${name}: at is not a string; ctx.path() makes it`,
        }),
      );
  });
});

describe("annotate", () => {
  it.each(["a", "A-b_c.9", "x".repeat(30)])("accepts the key %s", (key) => {
    expect(annotate(key, "")).toEqual({ finding: "annotate", key, value: "" });
  });
  it.each(["", "-a", "a-", "a b", "a/b", "ü", "x".repeat(31), "a\n"])("refuses the key %j", (key) => {
    expect(() => annotate(key, "v")).toThrow('annotate: the key is not 1 to 30 letters, digits, "-", "_" and "."');
  });
  it("refuses a value that is not a string", () => {
    expect(() => annotate("a", 1 as unknown as string)).toThrow("annotate: the value is not a string");
  });
});

describe("findingOf", () => {
  it.each([
    deny("no", { code: 422 }),
    deny("no", { code: 422, at: "spec.a" }),
    warn("w"),
    warn("w", { at: "spec.a" }),
    annotate("k", "v"),
  ])("copies %j", (finding) => {
    expect(findingOf({ ...finding, more: 1 })).toStrictEqual(finding);
    expect(findingOf(finding)).not.toBe(finding);
  });
  it.each([
    { finding: "deny", message: "no", at: 5 },
    { finding: "deny", message: "no", at: null },
    { finding: "warn", message: "w", at: ["spec"] },
  ])("refuses %j", (returned) => {
    expect(() => findingOf(returned)).toThrow(
      expect.objectContaining({
        code: "bad-finding",
        message: expect.stringMatching(/^(deny|warn): at is not a string/),
      }),
    );
  });
  it("reads the place of a finding once", () => {
    const reads: string[] = [];
    const returned = {
      finding: "warn",
      message: "w",
      get at() {
        reads.push("at");
        return "spec.a";
      },
    };
    expect(findingOf(returned)).toStrictEqual(warn("w", { at: "spec.a" }));
    expect(reads).toEqual(["at"]);
  });
  it.each([null, undefined, "deny", 1, [], {}, { finding: "allow" }, { finding: null }, { message: "no" }])(
    "returns undefined for %j",
    (value) => {
      expect(findingOf(value)).toBeUndefined();
    },
  );
});
