import { expect, it } from "vitest";
import { qualifiedImage } from "../../../src/policies/images/qualifiedImage.ts";
import { requireRegistries } from "../../../src/policies/images/requireRegistries.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { deploymentOf, faultsOf, nativeOf, podOf } from "../faultsOf.ts";

const OWN = ["registry.example.com/", "docker.io/library/"];
const fault = (image: string, path = "spec.containers[0]", name = "web"): string =>
  `${path}.image: container '${name}' has the image '${image}', which is not of registry.example.com/ or docker.io/library/`;
const of = (image: unknown): JsonObject => podOf({ image });
const volume = (image: unknown): JsonObject => podOf({ image: "nginx" }, { volumes: [{ name: "v", image }] });

it.each<[what: string, object: JsonObject, messages: readonly string[]]>([
  ["an image of a listed registry", of("registry.example.com/team/web:1"), []],
  [
    "an image of a registry with that beginning",
    of("registry.example.com.evil.org/web"),
    [fault("registry.example.com.evil.org/web")],
  ],
  ["an image of another registry", of("ghcr.io/team/web:1"), [fault("ghcr.io/team/web:1")]],
  ["an image that names no registry", of("nginx:1.27"), []],
  ["such an image with a digest", of(`nginx@sha256:${"0".repeat(64)}`), []],
  ["an image of a listed repository by its whole name", of("docker.io/library/nginx"), []],
  ["such an image by its short name", of("docker.io/nginx"), []],
  ["such an image by the old name of the registry", of("index.docker.io/library/nginx"), []],
  ["an image of a user of the default registry", of("someone/web:1"), [fault("someone/web:1")]],
  ["another repository of the default registry", of("docker.io/someone/web:1"), [fault("docker.io/someone/web:1")]],
  ["an image that only looks like the default registry", of("library/docker.io/nginx"), []],
  ["an image of this machine", of("localhost/nginx"), [fault("localhost/nginx")]],
  ["a registry with a port", of("registry:5000/library/nginx"), [fault("registry:5000/library/nginx")]],
  ["a listed registry with a port", of("registry.example.com:5000/nginx"), [fault("registry.example.com:5000/nginx")]],
  ["a registry in upper case", of("Library/nginx"), [fault("Library/nginx")]],
  ["the id of an image that the node has", of("sha256:0badc0ffee"), [fault("sha256:0badc0ffee")]],
  ["the whole id of an image", of(`sha256:${"0".repeat(64)}`), [fault(`sha256:${"0".repeat(64)}`)]],
  ["no image, which is refused elsewhere", of(undefined), []],
  [
    "init and ephemeral containers",
    podOf(
      { image: "nginx" },
      { initContainers: [{ name: "init", image: "a.b/i" }], ephemeralContainers: [{ name: "debug", image: "a.b/d" }] },
    ),
    [fault("a.b/i", "spec.initContainers[0]", "init"), fault("a.b/d", "spec.ephemeralContainers[0]", "debug")],
  ],
  ["an image volume of a listed registry", volume({ reference: "registry.example.com/data:1" }), []],
  [
    "an image volume of another registry",
    volume({ reference: "ghcr.io/data:1" }),
    [
      "spec.volumes[0].image.reference: the volume has the image 'ghcr.io/data:1', which is not of registry.example.com/ or docker.io/library/",
    ],
  ],
  ["the template of a Deployment", deploymentOf(of("a.b/c")), [fault("a.b/c", "spec.template.spec.containers[0]")]],
])("requireRegistries on %s", async (_what, object, messages) => {
  expect(await faultsOf(requireRegistries({ allowed: OWN }), object)).toEqual(messages);
});

it.each([
  "nginx:1",
  "grafana/loki",
  "docker.io/nginx",
  "docker.io/a/b",
  "index.docker.io/nginx",
  "index.docker.io/a/b:1",
  "a.b/c",
  "localhost/a",
  "localhost:5000/a/docker.io/b",
  "A/b",
  "docker.io/a/docker.io/b",
  "x/index.docker.io/y",
])("requireRegistries completes %j as runtimes do", async (image) => {
  const whole = qualifiedImage(image);
  const allowed = [whole.slice(0, whole.lastIndexOf("/") + 1)];
  expect(await faultsOf(requireRegistries({ allowed }), of(image))).toEqual([]);
  expect(await faultsOf(requireRegistries({ allowed: ["elsewhere.example.com/"] }), of(image))).toHaveLength(1);
});

it("requireRegistries does not judge exempt images", async () => {
  expect(await faultsOf(requireRegistries({ allowed: OWN, exemptImages: ["a.b/*"] }), of("a.b/c"))).toEqual([]);
});

it.each<[options: unknown, message: string]>([
  [{}, "options.allowed"],
  [{ allowed: [] }, "options.allowed"],
  [
    { allowed: ["registry.example.com"] },
    "options.allowed.0 must begin with a registry, such as docker.io/, and end with /",
  ],
  [{ allowed: ["grafana/"] }, "options.allowed.0 must begin with a registry, such as docker.io/, and end with /"],
  [{ allowed: ["index.docker.io/library/"] }, "options.allowed.0 must begin with a registry"],
  [{ allowed: ["*.example.com/"] }, "and end with /, without a *"],
  [{ allowed: ["registry.example.com/*/"] }, "and end with /, without a *"],
])("requireRegistries refuses the options %j", (options, message) => {
  expect(() => requireRegistries(options as Parameters<typeof requireRegistries>[0])).toThrow(message);
});

it("requireRegistries has a native form", () => {
  expect(nativeOf(requireRegistries({ allowed: OWN }))).toBe("yes");
});
