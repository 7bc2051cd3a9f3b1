import { describe, expect, it } from "vitest";
import { FieldReads } from "../../../src/policy/existing/FieldReads.ts";
import { hasWorsenedReads } from "../../../src/policy/existing/hasWorsenedReads.ts";

interface Pod {
  metadata?: { labels?: Record<string, string> };
  spec?: { hostPID?: boolean; containers?: { name: string; image?: string; tty?: boolean }[] };
}

const label = (name: string) => (pod: Pod) => pod.metadata?.labels?.[name];
const labelled = (labels: Record<string, string>): Pod => ({ metadata: { labels } });
const containers = (...list: { name: string; image?: string; tty?: boolean }[]): Pod => ({
  spec: { containers: list },
});
const a = { name: "a", image: "a:1" };

describe("hasWorsenedReads", () => {
  it.each<[what: string, before: Pod, after: Pod, read: (pod: Pod) => unknown, expected: boolean]>([
    ["a field that was read is removed", { spec: { hostPID: true } }, { spec: {} }, (pod) => pod.spec?.hostPID, true],
    [
      "a field that was read changes",
      { spec: { hostPID: true } },
      { spec: { hostPID: false } },
      (pod) => pod.spec?.hostPID,
      true,
    ],
    ["a field that was not read changes", { spec: { hostPID: true } }, { spec: { hostPID: false } }, label("x"), false],
    [
      "a label beside the one that was read is removed",
      labelled({ x: "1", y: "1" }),
      labelled({ x: "1" }),
      label("x"),
      true,
    ],
    ["a label beside a missing one that was read is removed", labelled({ y: "1" }), labelled({}), label("x"), true],
    [
      "a label beside the one that was read is added",
      labelled({ x: "1" }),
      labelled({ x: "1", y: "1" }),
      label("x"),
      false,
    ],
    [
      "a label beside the one that was read changes",
      labelled({ x: "1", y: "1" }),
      labelled({ x: "1", y: "2" }),
      label("x"),
      false,
    ],
    [
      "a key that was asked for is removed",
      labelled({ x: "1" }),
      labelled({}),
      (pod) => "x" in (pod.metadata?.labels ?? {}),
      true,
    ],
    [
      "an own key that was asked for is removed",
      labelled({ x: "1" }),
      labelled({}),
      (pod) => Object.hasOwn(pod.metadata?.labels ?? {}, "x"),
      true,
    ],
    [
      "an element that was read moves",
      containers(a, { name: "b" }),
      containers({ name: "b" }, a),
      (pod) => pod.spec?.containers?.map(({ image }) => image),
      false,
    ],
    [
      "a field of an element that was read changes",
      containers(a),
      containers({ ...a, image: "a:2" }),
      (pod) => pod.spec?.containers?.some(({ image }) => image === "x"),
      true,
    ],
    [
      "a boolean of an element changes beside a field that was read",
      containers({ ...a, tty: true }),
      containers({ ...a, tty: false }),
      (pod) => pod.spec?.containers?.some(({ image }) => image === "x"),
      true,
    ],
    [
      "a text of an element changes beside a field that was read",
      containers({ ...a, tty: true }),
      containers({ ...a, image: "a:2", tty: true }),
      (pod) => pod.spec?.containers?.some(({ tty }) => tty === false),
      false,
    ],
    [
      "an element that was read is removed",
      containers(a, { name: "b", image: "b" }),
      containers(a),
      (pod) => pod.spec?.containers?.map(({ image }) => image),
      true,
    ],
  ])("%s", (_, before, after, read, expected) => {
    const reads = new FieldReads();
    const states = [structuredClone(before), structuredClone(after)] as const;
    for (const state of states) read(reads.trackRoot(state) as Pod);
    expect(hasWorsenedReads(...states, reads)).toBe(expected);
  });
});
