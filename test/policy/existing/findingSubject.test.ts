import { describe, expect, it } from "vitest";
import { type Denial, deny } from "../../../src/policy/define/Finding.ts";
import { findingSubject } from "../../../src/policy/existing/findingSubject.ts";

const web = { name: "web", image: "a:latest" };
const mount = (mountPath: string) => ({ name: "data", mountPath });
const podWith = (...containers: readonly object[]) => ({ kind: "Pod", spec: { containers }, metadata: { labels: {} } });
const at = (path: string, message = "no") => deny(message, { at: path });

describe("the subjects of two denials are equal", () => {
  it.each([
    [
      "for the same element at another index",
      at("spec.containers[0].image"),
      [web],
      at("spec.containers[1].image"),
      [{ name: "a" }, web],
    ],
    [
      "for an index in the message",
      deny("spec.containers[0].image: no"),
      [web],
      deny("spec.containers[1].image: no"),
      [{ name: "a" }, web],
    ],
    [
      "for a field that both objects lack",
      at("spec.containers[0].resources.limits.cpu"),
      [web],
      at("spec.containers[0].resources.limits.cpu"),
      [web],
    ],
    [
      "for an element without a name and with the same content",
      at("spec.containers[0].args[1]"),
      [{ ...web, args: ["a", "b"] }],
      at("spec.containers[0].args[0]"),
      [{ ...web, args: ["b"] }],
    ],
  ])("%s", (_, before, was, after, is) => {
    expect(findingSubject(after, podWith(...is))).toEqual(findingSubject(before, podWith(...was)));
  });
});

describe("the subjects of two denials differ", () => {
  it.each([
    [
      "for another element at the same index",
      at("spec.containers[0].image"),
      [web],
      at("spec.containers[0].image"),
      [{ ...web, name: "b" }],
    ],
    [
      "for another value of the field",
      at("spec.containers[0].image"),
      [web],
      at("spec.containers[0].image"),
      [{ ...web, image: "b:latest" }],
    ],
    ["for another message", at("spec.containers[0].image", "a"), [web], at("spec.containers[0].image", "b"), [web]],
    [
      "for another mount of the same volume",
      at("spec.containers[0].volumeMounts[0].readOnly"),
      [{ ...web, volumeMounts: [mount("/a")] }],
      at("spec.containers[0].volumeMounts[0].readOnly"),
      [{ ...web, volumeMounts: [mount("/b")] }],
    ],
    ["for another code", deny("no", { code: 403 }), [web], deny("no", { code: 422 }), [web]],
  ])("%s", (_, before, was, after, is) => {
    expect(findingSubject(after, podWith(...is))).not.toEqual(findingSubject(before, podWith(...was)));
  });
});

describe("the value of a subject", () => {
  it.each<[what: string, denial: Denial, value: string | undefined]>([
    ["a simple value", at("spec.containers[0].image"), '"a:latest"'],
    ["a missing value", at("spec.containers[0].tty"), ""],
    ["a value at a quoted path", at('metadata.labels["a.b/c"]'), '"1"'],
    ["an object", at("spec.containers[1].ports"), '[{"hostPort":1}]'],
    ["an integer beyond 2^53", at("spec.containers[1].nanos"), "9007199254740993"],
    ["none for a long text", at("spec.containers[1].long"), undefined],
    ["none for a large list", at("spec.containers[1].list"), undefined],
    ["none outside of a list", at("spec.containers[7].image"), undefined],
    ["none for a path that does not begin in the object", at("status.phase"), undefined],
    ["none for an index without brackets", at("spec.containers.0.image"), undefined],
    ["none for a JSON Pointer", at("/spec/containers/0/image"), undefined],
    ["none for a key with dots and without quotes", at("metadata.labels.a.b/c"), undefined],
    ["none without a path", deny("spec.containers[0].image: no"), undefined],
  ])("is %s", (_, denial, value) => {
    const large = { ...web, name: "b", ports: [{ hostPort: 1 }], nanos: 9007199254740993n };
    const object = podWith(web, { ...large, long: "x".repeat(1_000_000), list: new Array(100_000).fill("x") });
    const labelled = { ...object, metadata: { labels: { "a.b/c": "1" } } };
    expect(findingSubject(denial, labelled).value).toBe(value);
  });
});

describe("the text of a subject", () => {
  it.each([
    ["names elements in the message", deny("spec.containers[0].image: no"), "name="],
    ["keeps a path without an index", deny("set spec.hostNetwork to false"), "set spec.hostNetwork to false"],
    ["keeps a word that looks like a path", deny("see example.com/policies"), "see example.com/policies"],
    [
      "keeps a message of a megabyte",
      deny(`${"spec.containers[0].image ".repeat(50_000)}`),
      "spec.containers[0].image ",
    ],
  ])("%s", (_, denial, part) => {
    expect(findingSubject(denial, podWith(web)).text).toContain(part);
  });
});
