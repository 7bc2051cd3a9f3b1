import { describe, expect, it } from "vitest";
import { changedItems, changedParts, withOnlyItem } from "../../../src/policy/existing/changedParts.ts";

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

describe("changedItems", () => {
  it("returns changed and added elements with their old state and their list", () => {
    expect(changedItems(before, after)).toEqual([
      { list: ["spec", "containers"], before: a, after: { ...a, image: "a:2" } },
      { list: ["spec", "containers"], before: undefined, after: { name: "c", image: "c:1" } },
    ]);
  });

  it("pairs elements with the same identity in their order", () => {
    const twice = (value: string) =>
      pod({
        list: [
          { name: "x", value: "1" },
          { name: "x", value },
        ],
      });
    expect(changedItems(twice("2"), twice("3"))).toEqual([
      { list: ["spec", "list"], before: { name: "x", value: "2" }, after: { name: "x", value: "3" } },
    ]);
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
