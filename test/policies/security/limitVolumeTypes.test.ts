import { expect, it } from "vitest";
import { limitVolumeTypes } from "../../../src/policies/security/limitVolumeTypes.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { deploymentOf, faultsOf, nativeOf, podOf } from "../faultsOf.ts";

const of = (...volumes: readonly JsonObject[]): JsonObject =>
  podOf({}, { volumes: volumes.map((volume, index) => ({ name: `v${index}`, ...volume })) });
const DEFAULT = "configMap, csi, downwardAPI, emptyDir, ephemeral, image, persistentVolumeClaim, projected, secret";
const fault = (index: number, type: string, allowed = DEFAULT, at = "spec"): string =>
  `${at}.volumes[${index}]: the volume 'v${index}' must not have the type ${type}; allowed are: ${allowed}`;

type Options = Parameters<typeof limitVolumeTypes>[0];
it.each<[what: string, options: Options, object: JsonObject, messages: readonly string[]]>([
  ["no volumes", {}, podOf({}), []],
  ["volumes of null", {}, podOf({}, { volumes: null }), []],
  ["the types of the default", {}, of(...DEFAULT.split(", ").map((type) => ({ [type]: {} }))), []],
  ["a volume without a type, which is an emptyDir", {}, of({}), []],
  ["a hostPath", {}, of({ hostPath: { path: "/" } }), [fault(0, "hostPath")]],
  ["nfs beside a Secret", {}, of({ secret: {} }, { nfs: {} }), [fault(1, "nfs")]],
  ["a type that is not known", {}, of({ quantumDisk: {} }), [fault(0, "quantumDisk")]],
  ["two types in one volume", {}, of({ emptyDir: {}, hostPath: {} }), [fault(0, "hostPath")]],
  ["a type of the parameter", { allowed: ["nfs"] }, of({ nfs: {} }), []],
  ["a type that is not of the parameter", { allowed: ["nfs"] }, of({ secret: {} }), [fault(0, "secret", "nfs")]],
  ["none allowed", { allowed: [] }, of({ emptyDir: {} }), [fault(0, "emptyDir", "none")]],
  ["the template of a Deployment", {}, deploymentOf(of({ nfs: {} })), [fault(0, "nfs", DEFAULT, "spec.template.spec")]],
])("limitVolumeTypes on %s", async (_what, options, object, messages) => {
  expect(await faultsOf(limitVolumeTypes(options), object)).toEqual(messages);
});

it.each<[type: string, fault: string]>([
  ["configmap", "is written otherwise in volumes, such as configMap"],
  ["PersistentVolumeClaim", "is written otherwise in volumes, such as configMap"],
  ["*", "is not the name of a member of a volume, such as configMap"],
])("limitVolumeTypes refuses the type %j, which no volume has", (type, fault) => {
  expect(() => limitVolumeTypes({ allowed: [type] })).toThrow(`options.allowed.0 ${fault}`);
});

it("limitVolumeTypes has a native form", () => {
  expect(nativeOf(limitVolumeTypes())).toBe("yes");
});
