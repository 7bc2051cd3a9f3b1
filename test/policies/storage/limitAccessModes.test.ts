import { expect, it } from "vitest";
import { limitAccessModes } from "../../../src/policies/storage/limitAccessModes.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { faultsOf, nativeOf } from "../faultsOf.ts";
import { claim, statefulSet } from "./storageObjects.ts";

type Options = Parameters<typeof limitAccessModes>[0];

const modes = (...accessModes: string[]): JsonObject => ({ accessModes });
const denied = (at: string, mode: string, allowed = "ReadWriteOnce or ReadWriteOncePod or ReadOnlyMany"): string =>
  `${at}: the access mode ${mode} is not allowed; use ${allowed}`;
const one: Options = { allowed: ["ReadWriteOncePod"] };

it.each<[what: string, options: Options, object: JsonObject, messages: string[]]>([
  ["ReadWriteOnce", {}, claim(modes("ReadWriteOnce")), []],
  ["ReadWriteOncePod", {}, claim(modes("ReadWriteOncePod")), []],
  ["ReadOnlyMany", {}, claim(modes("ReadOnlyMany")), []],
  ["ReadWriteMany", {}, claim(modes("ReadWriteMany")), [denied("spec.accessModes[0]", "ReadWriteMany")]],
  ["one of two", {}, claim(modes("ReadWriteOnce", "ReadWriteMany")), [denied("spec.accessModes[1]", "ReadWriteMany")]],
  ["no modes", {}, claim({}), []],
  [
    "another list",
    one,
    claim(modes("ReadWriteOnce")),
    [denied("spec.accessModes[0]", "ReadWriteOnce", "ReadWriteOncePod")],
  ],
  ["the mode of another list", one, claim(modes("ReadWriteOncePod")), []],
  ["ReadWriteMany, allowed", { allowed: ["ReadWriteMany"] }, claim(modes("ReadWriteMany")), []],
  ["a StatefulSet without claims", {}, statefulSet(), []],
  [
    "a template",
    {},
    statefulSet(claim(modes("ReadWriteOnce")), claim(modes("ReadWriteMany"))),
    [denied("spec.volumeClaimTemplates[1].spec.accessModes[0]", "ReadWriteMany")],
  ],
])("limitAccessModes judges %s with %j", async (_what, options, object, messages) => {
  expect(await faultsOf(limitAccessModes(options), object)).toEqual(messages);
});

it("limitAccessModes does not deny the update of an older claim", async () => {
  const old = claim(modes("ReadWriteMany"));
  expect(await faultsOf(limitAccessModes(), old, old)).toEqual([]);
});

it("limitAccessModes refuses an unknown mode", () => {
  expect(() => limitAccessModes({ allowed: ["RWO"] })).toThrow("options.allowed.0 is not an access mode");
});

it.each<Options>([{}, one])("limitAccessModes is native with %j", (options) => {
  expect(nativeOf(limitAccessModes(options))).toBe("yes");
});
