import { expect, it } from "vitest";
import { limitStorageClasses } from "../../../src/policies/storage/limitStorageClasses.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { faultsOf, nativeOf } from "../faultsOf.ts";
import { claim, statefulSet } from "./storageObjects.ts";

type Options = Parameters<typeof limitStorageClasses>[0];

const BETA = "volume.beta.kubernetes.io/storage-class";
const two: Options = { allowed: ["fast", "bulk"] };
const none: Options = { allowed: ["fast", ""] };
const denied = (at: string, name: string): string =>
  `${at}: the storage class '${name}' is not allowed; use 'fast' or 'bulk'`;
const FIELD = "spec.storageClassName";
const TEMPLATE = "spec.volumeClaimTemplates[0].spec.storageClassName";

it.each<[what: string, options: Options, object: JsonObject, messages: string[]]>([
  ["an allowed class", two, claim({ storageClassName: "bulk" }), []],
  ["another class", two, claim({ storageClassName: "slow" }), [denied(FIELD, "slow")]],
  ["no class", two, claim({}), ["spec.storageClassName: the claim has no storage class; set 'fast' or 'bulk'"]],
  ["the empty class", two, claim({ storageClassName: "" }), [denied(FIELD, "")]],
  ["no class, allowed", none, claim({}), []],
  ["the empty class, allowed", none, claim({ storageClassName: "" }), []],
  ["an allowed annotation", two, claim({}, { [BETA]: "fast" }), []],
  ["another annotation", two, claim({}, { [BETA]: "slow" }), [denied(`metadata.annotations["${BETA}"]`, "slow")]],
  [
    "another annotation, which counts before an allowed class",
    two,
    claim({ storageClassName: "fast" }, { [BETA]: "slow" }),
    [denied(`metadata.annotations["${BETA}"]`, "slow")],
  ],
  [
    "an allowed annotation, which counts before another class",
    two,
    claim({ storageClassName: "slow" }, { [BETA]: "fast" }),
    [],
  ],
  ["other annotations", two, claim({ storageClassName: "fast" }, { a: "slow" }), []],
  ["a StatefulSet without claims", two, statefulSet(), []],
  ["a template with an allowed class", two, statefulSet(claim({ storageClassName: "fast" })), []],
  ["a template without a class, which gets the default", two, statefulSet(claim({})), []],
  ["a template with another class", two, statefulSet(claim({ storageClassName: "slow" })), [denied(TEMPLATE, "slow")]],
  [
    "a template with another annotation",
    two,
    statefulSet(claim({ storageClassName: "fast" }, { [BETA]: "slow" })),
    [denied(TEMPLATE, "slow")],
  ],
  ["a template with the empty class", two, statefulSet(claim({ storageClassName: "" })), [denied(TEMPLATE, "")]],
])("limitStorageClasses judges %s", async (_what, options, object, messages) => {
  expect(await faultsOf(limitStorageClasses(options), object)).toEqual(messages);
});

it("limitStorageClasses does not deny the update of an older claim", async () => {
  for (const old of [claim({ storageClassName: "slow" }), claim({}), statefulSet(claim({ storageClassName: "slow" }))])
    expect(await faultsOf(limitStorageClasses(two), old, old)).toEqual([]);
});

it("limitStorageClasses requires a class", () => {
  expect(() => limitStorageClasses({ allowed: [] })).toThrow("options.allowed");
});

it.each<Options>([two, none])("limitStorageClasses is native with %j", (options) => {
  expect(nativeOf(limitStorageClasses(options))).toBe("yes");
});
