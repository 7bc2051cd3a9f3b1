import { expect, it } from "vitest";
import { requireImagePullPolicy } from "../../../src/policies/images/requireImagePullPolicy.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { deploymentOf, faultsOf, nativeOf, podOf } from "../faultsOf.ts";

const DIGEST = `web@sha256:${"0".repeat(64)}`;
const fault = (image: string, policy = "Always", path = "spec.containers[0]"): string =>
  `${path}.imagePullPolicy: container 'web' with the image '${image}' must have the imagePullPolicy ${policy}`;
const of = (image: unknown, imagePullPolicy?: string | null): JsonObject => podOf({ image, imagePullPolicy });

type Options = Parameters<typeof requireImagePullPolicy>[0];
it.each<[what: string, options: Options, object: JsonObject, messages: readonly string[]]>([
  ["Always", {}, of("web:1", "Always"), []],
  ["IfNotPresent", {}, of("web:1", "IfNotPresent"), [fault("web:1")]],
  ["nothing, with a tag", {}, of("web:1"), [fault("web:1")]],
  ["null, with a tag", {}, of("web:1", null), [fault("web:1")]],
  ["nothing, with the tag latest", {}, of("web:latest"), []],
  ["nothing, without a tag", {}, of("registry.example.com:5000/team/web"), []],
  ["nothing, with a digest", {}, of(DIGEST), [fault(DIGEST)]],
  ["nothing, with the tag latest and a digest", {}, of(`web:latest@sha256:${"0".repeat(64)}`), []],
  ["no image", {}, of(undefined), []],
  ["only tags: a digest", { images: "tags" }, of(DIGEST, "IfNotPresent"), []],
  ["only tags: a tag", { images: "tags" }, of("web:1", "Never"), [fault("web:1")]],
  ["only latest: a tag", { images: "latest" }, of("web:1", "Never"), []],
  ["only latest: a digest", { images: "latest" }, of(`web:latest@sha256:${"0".repeat(64)}`, "Never"), []],
  ["only latest: that tag", { images: "latest" }, of("web:latest", "IfNotPresent"), [fault("web:latest")]],
  ["only latest: no tag", { images: "latest" }, of("localhost:5000/web", "Never"), [fault("localhost:5000/web")]],
  ["another required policy", { pullPolicy: "IfNotPresent" }, of("web:1"), []],
  ["another than the required policy", { pullPolicy: "IfNotPresent" }, of("web"), [fault("web", "IfNotPresent")]],
  [
    "an image volume",
    {},
    podOf(
      { image: "web" },
      { volumes: [{ name: "data", image: { reference: "data:1", pullPolicy: "IfNotPresent" } }] },
    ),
    ["spec.volumes[0].image.pullPolicy: the volume with the image 'data:1' must have the pullPolicy Always"],
  ],
  [
    "an image volume that is always pulled",
    {},
    podOf({ image: "web" }, { volumes: [{ name: "data", image: { reference: "data" } }] }),
    [],
  ],
  ["an exempt image", { exemptImages: ["web:*"] }, of("web:1", "Never"), []],
  [
    "the template of a Deployment",
    {},
    deploymentOf(of("web:1")),
    [fault("web:1", "Always", "spec.template.spec.containers[0]")],
  ],
])("requireImagePullPolicy on %s", async (_what, options, object, messages) => {
  expect(await faultsOf(requireImagePullPolicy(options), object)).toEqual(messages);
});

it.each<Options>([{}, { images: "tags" }, { images: "latest" }])(
  "requireImagePullPolicy with %j has a native form",
  (options) => {
    expect(nativeOf(requireImagePullPolicy(options))).toBe("yes");
  },
);
