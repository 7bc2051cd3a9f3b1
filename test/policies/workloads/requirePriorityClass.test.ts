import { expect, it } from "vitest";
import { requirePriorityClass } from "../../../src/policies/workloads/requirePriorityClass.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { deploymentOf, faultsOf, nativeOf, podOf } from "../faultsOf.ts";

const of = (priorityClassName: unknown): JsonObject => podOf({}, { priorityClassName });
const lacks = (allowed?: string, at = "spec"): string =>
  `${at}.priorityClassName: the Pod must name a priority class${allowed === undefined ? "" : `; allowed are: ${allowed}`}`;
const has = (name: string, allowed: string): string =>
  `spec.priorityClassName: the Pod must not have the priority class '${name}'; allowed are: ${allowed}`;

type Options = Parameters<typeof requirePriorityClass>[0];
it.each<[what: string, options: Options, object: JsonObject, messages: readonly string[]]>([
  ["a class", {}, of("batch"), []],
  ["no class", {}, podOf({}), [lacks()]],
  ["a class of null", {}, of(null), [lacks()]],
  ["an empty class", {}, of(""), [lacks()]],
  ["an allowed class", { allowed: ["batch", "web"] }, of("web"), []],
  [
    "another class",
    { allowed: ["batch", "web"] },
    of("system-node-critical"),
    [has("system-node-critical", "batch, web")],
  ],
  ["no class, of some allowed", { allowed: ["batch"] }, podOf({}), [lacks("batch")]],
  ["no class where none is required", { required: false, allowed: ["batch"] }, podOf({}), []],
  ["another class where none is required", { required: false, allowed: ["batch"] }, of("web"), [has("web", "batch")]],
  ["the template of a Deployment", {}, deploymentOf(podOf({})), [lacks(undefined, "spec.template.spec")]],
])("requirePriorityClass on %s", async (_what, options, object, messages) => {
  expect(await faultsOf(requirePriorityClass(options), object)).toEqual(messages);
});

it("requirePriorityClass refuses a required class of none", () => {
  expect(() => requirePriorityClass({ allowed: [] })).toThrow("options.allowed is empty, but a class is required");
  expect(() => requirePriorityClass({ allowed: [], required: false })).not.toThrow();
});

it("requirePriorityClass has a native form", () => {
  expect(nativeOf(requirePriorityClass())).toBe("yes");
  expect(nativeOf(requirePriorityClass({ required: false, allowed: ["batch"] }))).toBe("yes");
});
