import { describe, expect, it } from "vitest";
import { deny } from "../../../src/policy/define/Finding.ts";
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
    expect(findingSubject(after, podWith(...is)).key).toBe(findingSubject(before, podWith(...was)).key);
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
    expect(findingSubject(after, podWith(...is)).key).not.toBe(findingSubject(before, podWith(...was)).key);
  });
});

describe("a denial names a field", () => {
  it.each([
    ["with a path to a simple value", at("spec.containers[0].image"), true],
    ["with a path to a missing value", at("spec.containers[0].tty"), true],
    ["with a quoted path", at('metadata.labels["a.b/c"]'), true],
    ["with a path in the message that has an index", deny("spec.containers[0].image: no"), true],
    ["not with a path to an object", at("spec.containers[0]"), false],
    ["not with a path that ends outside a list", at("spec.containers[7].image"), false],
    ["not with a path that the object does not have", at("status.phase.x"), false],
    ["not with a path in the message without an index", deny("set spec.hostNetwork to false"), false],
    ["not with a message alone", deny("privileged containers are forbidden"), false],
    ["not with a word that looks like a path", deny("see example.com/policies"), false],
  ])("%s", (_, denial, isExact) => {
    expect(findingSubject(denial, podWith(web)).isExact).toBe(isExact);
  });
});
