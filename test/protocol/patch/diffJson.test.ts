import fc from "fast-check";
import jsonpatch from "fast-json-patch";
import { applyPatch } from "rfc6902";
import { describe, expect, it } from "vitest";
import { diffJson } from "../../../src/protocol/patch/diffJson.ts";
import type { PatchOperation } from "../../../src/protocol/patch/PatchOperation.ts";
import { readReview, reviewNames } from "../../fixtures/readReview.ts";
import { anyChange } from "../anyJson.ts";

const copy = (value: unknown) => JSON.parse(JSON.stringify(value));

/** The results of two independent libraries that apply the patch. */
function applied(before: unknown, patch: unknown): unknown[] {
  const document = copy(before);
  const errors = applyPatch(document, copy(patch)).filter((error) => error !== null);
  expect(errors).toEqual([]);
  return [jsonpatch.applyPatch(copy(before), copy(patch), true).newDocument, document];
}

describe("diffJson of random documents", () => {
  // Both libraries refuse members named __proto__, constructor and prototype. diffJson.evanphx.test.ts tests those.
  it("returns a patch that turns one into the other", () => {
    fc.assert(
      fc.property(anyChange(false), ([before, after]) => {
        const original = copy(before);
        for (const result of applied(before, diffJson(before, after))) expect(result).toEqual(after);
        expect(before).toEqual(original);
      }),
      { numRuns: 3000 },
    );
  });

  it("returns an empty patch for equal documents, also with another order of members", () => {
    fc.assert(
      fc.property(anyChange(true), ([document]) => {
        expect(diffJson(document, copy(document))).toEqual([]);
        expect(diffJson(document, backwards(document))).toEqual([]);
      }),
    );
  });

  it("does not read members of the prototype", () => {
    const before = JSON.parse('{"__proto__":{"a":1},"constructor":1}');
    expect(diffJson({}, before)).toEqual([
      { op: "add", path: "/__proto__", value: { a: 1 } },
      { op: "add", path: "/constructor", value: 1 },
    ]);
    expect(diffJson(before, {})).toEqual([
      { op: "remove", path: "/__proto__" },
      { op: "remove", path: "/constructor" },
    ]);
    expect(diffJson(before, JSON.parse('{"__proto__":{"a":2},"constructor":1}'))).toEqual([
      { op: "replace", path: "/__proto__/a", value: 2 },
    ]);
  });
});

function backwards(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(backwards);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, backwards(member)]),
  );
}

const container = (name: string, image = "i") => ({
  name,
  image,
  resources: {},
  terminationMessagePath: "/dev/termination-log",
});
const [a, b, c, x] = [container("a"), container("b"), container("c"), container("x")];

describe("diffJson returns the shortest patch", () => {
  it.each<[what: string, before: unknown, after: unknown, patch: unknown[]]>([
    ["an added member", { a: 1 }, { a: 1, b: 2 }, [{ op: "add", path: "/b", value: 2 }]],
    ["a removed member", { a: 1, b: 2 }, { a: 1 }, [{ op: "remove", path: "/b" }]],
    ["a member that became undefined", { a: 1, b: 2 }, { a: 1, b: undefined }, [{ op: "remove", path: "/b" }]],
    ["a new member that is undefined", { a: 1 }, { a: 1, b: undefined }, []],
    ["a changed value", { a: { b: { c: 1 } } }, { a: { b: { c: 2 } } }, [{ op: "replace", path: "/a/b/c", value: 2 }]],
    [
      "a new child of a missing parent",
      {},
      { metadata: { labels: { a: "b" } } },
      [{ op: "add", path: "/metadata", value: { labels: { a: "b" } } }],
    ],
    [
      "a new child of an empty parent",
      { labels: {} },
      { labels: { a: "b" } },
      [{ op: "add", path: "/labels/a", value: "b" }],
    ],
    [
      "a new child of a null parent",
      { labels: null },
      { labels: { a: "b" } },
      [{ op: "replace", path: "/labels", value: { a: "b" } }],
    ],
    ["a value that becomes null", { a: 1 }, { a: null }, [{ op: "replace", path: "/a", value: null }]],
    ["a changed element that was null", [null, 1], ["a", 1], [{ op: "replace", path: "/0", value: "a" }]],
    ["an object that becomes a list", { a: {} }, { a: [] }, [{ op: "replace", path: "/a", value: [] }]],
    [
      "keys with / and ~",
      { "a/b": { "~1": 1 } },
      { "a/b": { "~1": 2 } },
      [{ op: "replace", path: "/a~1b/~01", value: 2 }],
    ],
    ["the empty key", { "": { "": 1 } }, { "": { "": 2 } }, [{ op: "replace", path: "//", value: 2 }]],
    ["an element inserted at the front", [a, b], [x, a, b], [{ op: "add", path: "/0", value: x }]],
    ["an element inserted in the middle", [a, b], [a, x, b], [{ op: "add", path: "/1", value: x }]],
    ["an element inserted at the end", [a, b], [a, b, x], [{ op: "add", path: "/2", value: x }]],
    ["an element inserted into an empty list", [], [a], [{ op: "add", path: "/0", value: a }]],
    ["the first element removed", [a, b, c], [b, c], [{ op: "remove", path: "/0" }]],
    ["the middle element removed", [a, b, c], [a, c], [{ op: "remove", path: "/1" }]],
    [
      "all elements removed",
      [a, b],
      [],
      [
        { op: "remove", path: "/0" },
        { op: "remove", path: "/0" },
      ],
    ],
    [
      "an element changed inside",
      [a, b, c],
      [a, container("b", "j"), c],
      [{ op: "replace", path: "/1/image", value: "j" }],
    ],
    [
      "a changed element after an inserted one",
      [a, b],
      [x, a, container("b", "j")],
      [
        { op: "add", path: "/0", value: x },
        { op: "replace", path: "/2/image", value: "j" },
      ],
    ],
    ["a replaced element", [1, 2, 3], [1, 9, 3], [{ op: "replace", path: "/1", value: 9 }]],
    [
      "a small element with only changed members",
      [{ n: 1, m: 1 }],
      [{ n: 2, m: 2 }],
      [
        { op: "replace", path: "/0/n", value: 2 },
        { op: "replace", path: "/0/m", value: 2 },
      ],
    ],
    [
      "a small element with another name",
      [{ name: "a", n: 1 }],
      [{ name: "b", n: 2 }],
      [{ op: "replace", path: "/0", value: { name: "b", n: 2 } }],
    ],
  ])("for %s", (_what, before, after, patch) => {
    expect(diffJson(before, after)).toEqual(patch);
    for (const result of applied({ v: before }, diffJson({ v: before }, { v: after })))
      expect(result).toEqual(copy({ v: after }));
  });

  it("with an unchanged integer beyond 2^53 in a replaced element", () => {
    const before = [{ big: 9007199254740993n, name: "a", b: 1 }];
    const after = [{ big: 9007199254740993n, name: "b", b: 2 }];
    expect(diffJson(before, after)).toEqual([{ op: "replace", path: "/0", value: after[0] }]);
  });

  it.each<[what: string, before: unknown, after: unknown, patch: PatchOperation[]]>([
    ["equal bigints", { a: [9007199254740993n] }, { a: [9007199254740993n] }, []],
    ["a bigint that is the number before", { a: 5 }, { a: 5n }, []],
    [
      "bigints that are equal as numbers",
      [2n ** 53n],
      [2n ** 53n + 1n],
      [{ op: "replace", path: "/0", value: 2n ** 53n + 1n }],
    ],
    [
      "a moved bigint",
      { a: 2n ** 60n },
      { b: 2n ** 60n },
      [
        { op: "remove", path: "/a" },
        { op: "add", path: "/b", value: 2n ** 60n },
      ],
    ],
    [
      "a moved number that was given so",
      { a: 1e17 },
      { b: 1e17 },
      [
        { op: "remove", path: "/a" },
        { op: "add", path: "/b", value: 1e17 },
      ],
    ],
    ["a small bigint", {}, { a: 7n }, [{ op: "add", path: "/a", value: 7 }]],
  ])("for %s", (_what, before, after, patch) => {
    expect(diffJson(before, after)).toStrictEqual(patch);
  });

  it("or a longer correct one for long lists that differ everywhere", () => {
    const before = { list: Array.from({ length: 3000 }, (_, index) => ({ index })) };
    const after = { list: before.list.map(({ index }) => ({ index: index + 7 })).slice(0, 2990) };
    for (const result of applied(before, diffJson(before, after))) expect(result).toEqual(after);
  });
});

describe("diffJson of a value that JSON cannot represent", () => {
  const cycle: unknown[] = [];
  cycle.push(cycle);
  it.each<[what: string, after: unknown, path: string]>([
    ["a Date", { a: new Date(0) }, "/a"],
    ["NaN", { a: Number.NaN }, "/a"],
    ["a function in a list", { list: [() => 0] }, "/list/0"],
    ["undefined in a list", { list: [undefined] }, "/list/0"],
    ["a hole in a list", { list: new Array(1) }, "/list/0"],
    ["a bigint beyond int64 in a new object", { a: { "b/c": 2n ** 63n } }, "/a/b~1c"],
    ["a number that may be a rounded bigint", { list: [Number(9007199254740993n)] }, "/list/0"],
    ["a Map", { a: new Map() }, "/a"],
    ["a cycle", { a: cycle }, "/a/0/0"],
  ])("throws for %s and names its place", (_what, after, path) => {
    const difference = () => diffJson({ a: 1, list: [1] }, { list: [1], ...(after as object) });
    expect(difference).toThrow(
      expect.objectContaining({ code: "not-json-value", path: expect.stringContaining(path) }),
    );
  });
});

it.each(reviewNames.filter((name) => /-(create|update)-/.test(name)))(
  "diffJson of %s with labels, a sidecar and a removed field has one operation for each",
  (name) => {
    const before = JSON.parse(readReview(name)).request.object;
    const after = copy(before);
    after.metadata = { ...after.metadata, labels: { ...after.metadata?.labels, "example.com/ü~": "😀" } };
    if (Array.isArray(after.spec?.containers)) after.spec.containers.unshift({ name: "sidecar", image: "s" });
    delete after.kind;
    const patch = diffJson(before, after);
    for (const result of applied(before, patch)) expect(result).toEqual(after);
    expect(patch.length).toBe(after.spec?.containers ? 3 : 2);
  },
);
