import { describe, expect, it } from "vitest";
import {
  changedParts,
  grownParts,
  listItems,
  withOnlyItem,
  withoutPart,
} from "../../../src/policy/existing/changedParts.ts";
import { FieldReads } from "../../../src/policy/existing/FieldReads.ts";

const meta = { name: "web", namespace: "shop" };
const pod = (spec: object, metadata: object = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { ...meta, ...metadata },
  spec,
});
const a = { name: "a", image: "a:1", ports: [{ containerPort: 1 }] };
const b = { name: "b", image: "b:1" };

const before = pod({ hostPID: true, dnsPolicy: "None", containers: [a, b] }, { labels: { x: "1", y: "1" } });
const after = pod(
  { hostPID: true, dnsPolicy: "Default", containers: [b, { ...a, image: "a:2" }, { name: "c", image: "c:1" }] },
  { labels: { x: "1", y: "2" } },
);

describe("changedParts", () => {
  it.each([
    [
      "the changes, and what identifies a changed element",
      { changes: true, wholeItems: false },
      {
        dnsPolicy: "Default",
        containers: [
          { name: "a", image: "a:2", ports: [] },
          { name: "c", image: "c:1" },
        ],
      },
      { y: "2" },
    ],
    [
      "whole elements",
      { changes: true, wholeItems: true },
      {
        dnsPolicy: "Default",
        containers: [
          { ...a, image: "a:2" },
          { name: "c", image: "c:1" },
        ],
      },
      { y: "2" },
    ],
    [
      "the ground of the changes",
      { changes: false, wholeItems: false },
      { containers: [{ name: "a", ports: [] }] },
      {},
    ],
    ["the ground of whole elements", { changes: false, wholeItems: true }, { containers: [] }, {}],
  ])("keeps %s", (_, kept, spec, labels) => {
    expect(changedParts(before, after, kept)).toEqual(pod(spec, { labels }));
  });

  it("keeps the structure and the name of an object that did not change", () => {
    expect(changedParts(after, after, { changes: true, wholeItems: false })).toEqual(
      pod({ containers: [] }, { labels: {} }),
    );
  });
});

describe("listItems", () => {
  it("returns the elements of all lists with their old state, and removed ones last", () => {
    const old = pod({ containers: [a, b], volumes: [{ name: "v" }] });
    expect(listItems(old, after).map(({ list, before: was, after: is }) => [list.join("."), was, is])).toEqual([
      ["spec.containers", b, b],
      ["spec.containers", a, { ...a, image: "a:2" }],
      ["spec.containers", undefined, { name: "c", image: "c:1" }],
      ["spec.volumes", { name: "v" }, undefined],
    ]);
  });
});

describe("withoutPart", () => {
  const object = pod({ containers: [a, b], hostPID: true });
  it.each([
    ["an element", ["spec", "containers"], a, { containers: [b], hostPID: true }],
    ["a member", ["spec", "hostPID"], undefined, { containers: [a, b] }],
    [
      "nothing at a path that the object does not have",
      ["spec", "x", "y"],
      undefined,
      { containers: [a, b], hostPID: true },
    ],
  ])("removes %s", (_, path, item, spec) => {
    expect(withoutPart(object, path, item)).toEqual(pod(spec));
  });
});

describe("grownParts", () => {
  it("returns the lists and maps that were read and have added entries", () => {
    const reads = new FieldReads();
    const state = structuredClone(after);
    JSON.stringify(reads.trackRoot(state));
    expect(
      grownParts(structuredClone(before), state, reads).map(({ path, added, kept }) => [path.join("."), added, kept]),
    ).toEqual([
      ["metadata.labels", [["y", "2"]], [["x", "1"]]],
      ["spec.containers", [{ name: "c", image: "c:1" }], [b, { ...a, image: "a:2" }]],
    ]);
  });

  it("returns nothing that was not read", () => {
    expect(grownParts(before, after, new FieldReads())).toEqual([]);
  });
});

describe("withOnlyItem", () => {
  it.each([
    ["one element", b, [b]],
    ["no element", undefined, []],
  ])("keeps %s of a list, and empties the other lists", (_, item, containers) => {
    const object = pod({ containers: [a, b], initContainers: [a], hostPID: true });
    expect(withOnlyItem(object, ["spec", "containers"], item)).toEqual(
      pod({ containers, initContainers: [], hostPID: true }),
    );
  });
});
