import { expect, it } from "vitest";
import { requireImageDigests } from "../../../src/policies/images/requireImageDigests.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { deploymentOf, faultsOf, nativeOf, podOf } from "../faultsOf.ts";

const DIGEST = `sha256:${"0a".repeat(32)}`;
const fault = (image: string, path = "spec.containers[0]", name = "web"): string =>
  `${path}.image: the image '${image}' of container '${name}' must have a digest: NAME@sha256:DIGEST`;
const volume = (image: unknown): JsonObject => podOf({ image: `web@${DIGEST}` }, { volumes: [{ name: "v", image }] });
const volumeFault = (reference: string): string =>
  `spec.volumes[0].image.reference: the image '${reference}' of the volume must have a digest: NAME@sha256:DIGEST`;

it.each<[what: string, object: JsonObject, messages: readonly string[]]>([
  ["a digest", podOf({ image: `web@${DIGEST}` }), []],
  ["a tag and a digest", podOf({ image: `registry.example.com:5000/team/web:1@${DIGEST}` }), []],
  [
    "longer digests",
    podOf(
      { image: `a@sha512:${"0".repeat(128)}` },
      { initContainers: [{ name: "i", image: `a@sha384:${"f".repeat(96)}` }] },
    ),
    [],
  ],
  ["a tag", podOf({ image: "web:1" }), [fault("web:1")]],
  ["no image", podOf({ image: undefined }), [fault("")]],
  ["an image of null", podOf({ image: null }), [fault("")]],
  ["a digest that is too short", podOf({ image: "web@sha256:00" }), [fault("web@sha256:00")]],
  ["a digest in upper case", podOf({ image: `web@${DIGEST.toUpperCase()}` }), [fault(`web@${DIGEST.toUpperCase()}`)]],
  ["a digest that goes on", podOf({ image: `web@${DIGEST}0` }), [fault(`web@${DIGEST}0`)]],
  ["a digest without a name", podOf({ image: `@${DIGEST}` }), [fault(`@${DIGEST}`)]],
  [
    "another algorithm",
    podOf({ image: "web@md5:00000000000000000000000000000000" }),
    [fault("web@md5:00000000000000000000000000000000")],
  ],
  [
    "init and ephemeral containers",
    podOf(
      { image: `web@${DIGEST}` },
      { initContainers: [{ name: "init", image: "i:1" }], ephemeralContainers: [{ name: "debug", image: "d" }] },
    ),
    [fault("i:1", "spec.initContainers[0]", "init"), fault("d", "spec.ephemeralContainers[0]", "debug")],
  ],
  ["an image volume with a digest", volume({ reference: `a@${DIGEST}` }), []],
  ["an image volume with a tag", volume({ reference: "a:1" }), [volumeFault("a:1")]],
  ["an image volume without a reference", volume({}), [volumeFault("")]],
  [
    "the template of a Deployment",
    deploymentOf(podOf({ image: "web:1" })),
    [fault("web:1", "spec.template.spec.containers[0]")],
  ],
])("requireImageDigests on %s", async (_what, object, messages) => {
  expect(await faultsOf(requireImageDigests(), object)).toEqual(messages);
});

it("requireImageDigests does not judge exempt images", async () => {
  expect(await faultsOf(requireImageDigests({ exemptImages: ["web:*"] }), podOf({}))).toEqual([]);
});

it("requireImageDigests denies the update to another image without a digest", async () => {
  const [before, after] = [deploymentOf(podOf({ image: "web:1" })), deploymentOf(podOf({ image: "web:2" }))];
  expect(await faultsOf(requireImageDigests(), after, before)).toEqual([
    fault("web:2", "spec.template.spec.containers[0]"),
  ]);
  expect(await faultsOf(requireImageDigests(), after, after)).toEqual([]);
});

it("requireImageDigests has a native form", () => {
  expect(nativeOf(requireImageDigests())).toBe("yes");
});
