import { expect, it, vi } from "vitest";
import type { PodContainer } from "../../../src/policy/define/podContainers.ts";
import { KnownContainers } from "../../../src/policy/run/KnownContainers.ts";

const found = (path: string): PodContainer[] => [{ container: { name: "a" }, list: "containers", path }];
const OBJECT: readonly string[] = [];
const TEMPLATE: readonly string[] = ["spec", "template"];

it("KnownContainers finds the containers once for each template and choice of ephemeral containers", () => {
  const known = new KnownContainers();
  const find = vi.fn((path: string) => found(path));
  for (let time = 0; time < 2; time += 1) {
    expect(known.get(OBJECT, true, () => find("object"))).toEqual(found("object"));
    expect(known.get(OBJECT, false, () => find("no ephemeral"))).toEqual(found("no ephemeral"));
    expect(known.get(TEMPLATE, true, () => find("template"))).toEqual(found("template"));
  }
  expect(find).toHaveBeenCalledTimes(3);
});

it("KnownContainers returns lists that do not change with each other", () => {
  const known = new KnownContainers();
  const first = known.get(OBJECT, true, () => found("spec.containers[0]"));
  for (const one of first) Object.assign(one, { path: "changed" });
  first.pop();
  expect(known.get(OBJECT, true, () => found("not called"))).toEqual(found("spec.containers[0]"));
});

it("KnownContainers throws again for an object whose containers cannot be read", () => {
  const known = new KnownContainers();
  const fail = (): never => {
    throw new TypeError("spec is not an object");
  };
  for (let time = 0; time < 2; time += 1) expect(() => known.get(OBJECT, true, fail)).toThrow("spec is not an object");
  expect(known.get(OBJECT, true, () => found("spec.containers[0]"))).toHaveLength(1);
});
