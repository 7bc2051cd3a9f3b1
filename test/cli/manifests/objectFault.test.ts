import { describe, expect, it } from "vitest";
import { parseManifests } from "../../../src/cli/manifests/parseManifests.ts";

const POD = "apiVersion: v1\nkind: Pod\n";
const faults = (text: string): string[] =>
  parseManifests("x.yaml", text).faults.map(({ line, message }) => `${line}: ${message}`);

describe("objectFault is", () => {
  it.each<[what: string, text: string, fault: string]>([
    ["a number as name", `${POD}metadata: {name: 5}\n`, "3: metadata.name: is a number; Q"],
    ["a boolean as name", `${POD}metadata:\n  name: on\n`, "4: metadata.name: is a boolean; Q"],
    ["an octal number as name", `${POD}metadata:\n  name: 012\n`, "4: metadata.name: is a number; Q"],
    ["a large number as name", `${POD}metadata: {name: 9223372036854775807}\n`, "3: metadata.name: is a number; Q"],
    ["a number as generateName", `${POD}metadata: {generateName: 1.5}\n`, "3: metadata.generateName: is a number; Q"],
    ["a number as namespace", `${POD}metadata:\n  name: a\n  namespace: 7\n`, "5: metadata.namespace: is a number; Q"],
    ["a number as label", `${POD}metadata:\n  labels:\n    v: 1.0\n`, "5: metadata.labels.v: is a number; Q"],
    [
      "a boolean as annotation",
      `${POD}metadata:\n  annotations:\n    a: b\n    x.io/on: yes\n`,
      '6: metadata.annotations["x.io/on"]: is a boolean; Q',
    ],
    ["a map as label", `${POD}metadata: {labels: {a: {}}}\n`, "3: metadata.labels.a: is a map; expected a string"],
    ["a list of labels", `${POD}metadata: {labels: [a]}\n`, "3: metadata.labels: is a list; expected a map"],
    [
      "a number as name in an item",
      "apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: a}\n- metadata:\n    name: 5\n",
      "6: items[1].metadata.name: is a number; Q",
    ],
    ["a version with two slashes", "apiVersion: apps/v1/x\nkind: Pod\n", "1: apiVersion: V"],
    ["a version with an empty group", "apiVersion: /v1\nkind: Pod\n", "1: apiVersion: V"],
    ["a version without a version", "kind: Pod\napiVersion: apps/\n", "2: apiVersion: V"],
    ["a version with a space", "apiVersion: apps v1\nkind: Pod\n", "1: apiVersion: V"],
    ["a List with a map", "apiVersion: v1\nkind: List\nitems: {a: b}\n", "3: items: is a map; expected a list"],
    ["a typed list with a text", "apiVersion: v1\nkind: PodList\nitems: a\n", "3: items: is a string; expected a list"],
  ])("for %s", (_what, text, fault) => {
    const whole = fault
      .replace(/Q$/, "expected a string; put quotes around it")
      .replace(/V$/, "expected VERSION or GROUP/VERSION, such as apps/v1");
    expect(faults(text)).toEqual([whole]);
  });

  it("no fault for names and labels that are null, which an API server reads as empty", () => {
    const text = `${POD}metadata: {name: a, namespace: ~, labels: {b: ~}, annotations: ~}\n`;
    expect(faults(text)).toEqual([]);
  });
});
