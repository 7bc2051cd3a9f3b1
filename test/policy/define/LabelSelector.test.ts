import { expect, it } from "vitest";
import {
  hasInvalidLabels,
  type LabelSelector,
  labelsOf,
  matchesLabels,
} from "../../../src/policy/define/LabelSelector.ts";

const is = (key: string, operator: "In" | "NotIn" | "Exists" | "DoesNotExist", ...values: string[]): LabelSelector => ({
  matchExpressions: [values.length > 0 ? { key, operator, values } : { key, operator }],
});

it.each<[selector: LabelSelector, labels: Record<string, unknown>, holds: boolean]>([
  [{}, {}, true],
  [{ matchLabels: { a: "1" } }, { a: "1", b: "2" }, true],
  [{ matchLabels: { a: "1", b: "2" } }, { a: "1" }, false],
  [{ matchLabels: { a: "1" } }, { a: 1 }, false],
  [{ matchLabels: { toString: "x" } }, {}, false],
  [is("a", "In", "1", "2"), { a: "2" }, true],
  [is("a", "In", "1"), { a: "2" }, false],
  [is("a", "In", "1"), {}, false],
  [is("a", "NotIn", "1"), { a: "2" }, true],
  [is("a", "NotIn", "1"), { a: "1" }, false],
  [is("a", "NotIn", "1"), {}, true],
  [is("a", "Exists"), { a: "" }, true],
  [is("a", "Exists"), {}, false],
  [is("a", "DoesNotExist"), {}, true],
  [is("a", "DoesNotExist"), { a: "" }, false],
  [is("constructor", "DoesNotExist"), {}, true],
  [{ matchLabels: { a: "1" }, ...is("b", "Exists") }, { a: "1" }, false],
])("matchesLabels of the selector %j and the labels %j returns %s", (selector, labels, holds) => {
  expect(matchesLabels(selector, labels)).toBe(holds);
});

it.each<[object: Record<string, unknown> | null, labels: object | undefined, unreadable: boolean]>([
  [null, undefined, false],
  [{}, undefined, false],
  [{ metadata: null }, undefined, false],
  [{ metadata: {} }, {}, false],
  [{ metadata: { labels: null } }, {}, false],
  [{ metadata: { labels: { a: "b" } } }, { a: "b" }, false],
  [{ metadata: { labels: ["a"] } }, {}, true],
  [{ metadata: { labels: "a" } }, {}, true],
  [{ metadata: { labels: { a: null } } }, { a: null }, true],
  [{ metadata: ["a"] }, undefined, true],
  [{ metadata: "a" }, undefined, true],
])("labelsOf and hasInvalidLabels read the labels of %j", (object, labels, unreadable) => {
  expect(labelsOf(object)).toEqual(labels);
  expect(hasInvalidLabels(object)).toBe(unreadable);
});
