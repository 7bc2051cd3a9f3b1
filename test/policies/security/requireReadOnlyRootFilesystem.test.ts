import { expect, it } from "vitest";
import { requireReadOnlyRootFilesystem } from "../../../src/policies/security/requireReadOnlyRootFilesystem.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { cronJobOf, deploymentOf, faultsOf, nativeOf, pod, podOf } from "../faultsOf.ts";

const readOnly = { securityContext: { readOnlyRootFilesystem: true } };
const fault = (path: string, name = "web"): string =>
  `${path}.securityContext.readOnlyRootFilesystem: container '${name}' must set readOnlyRootFilesystem to true, and write to volumes only`;

it.each<[what: string, object: JsonObject, messages: readonly string[]]>([
  ["a read-only container", podOf(readOnly), []],
  ["a container without a security context", podOf({}), [fault("spec.containers[0]")]],
  ["a security context of null", podOf({ securityContext: null }), [fault("spec.containers[0]")]],
  [
    "a container that says false",
    podOf({ securityContext: { readOnlyRootFilesystem: false } }),
    [fault("spec.containers[0]")],
  ],
  [
    "init and ephemeral containers",
    podOf(readOnly, { initContainers: [{ name: "init" }], ephemeralContainers: [{ name: "debug" }] }),
    [fault("spec.initContainers[0]", "init"), fault("spec.ephemeralContainers[0]", "debug")],
  ],
  ["a Windows Pod, which cannot set it", podOf({}, { os: { name: "windows" } }), []],
  ["a Linux Pod by name", podOf({}, { os: { name: "linux" } }), [fault("spec.containers[0]")]],
  ["a Pod without containers", pod({}), []],
  ["the template of a Deployment", deploymentOf(podOf({})), [fault("spec.template.spec.containers[0]")]],
  ["the template of a CronJob", cronJobOf(podOf({})), [fault("spec.jobTemplate.spec.template.spec.containers[0]")]],
])("requireReadOnlyRootFilesystem on %s", async (_what, object, messages) => {
  expect(await faultsOf(requireReadOnlyRootFilesystem(), object)).toEqual(messages);
});

it("requireReadOnlyRootFilesystem does not judge exempt images", async () => {
  const policy = requireReadOnlyRootFilesystem({ exemptImages: ["registry.example.com/*"] });
  expect(await faultsOf(policy, podOf({ image: "registry.example.com/db:1" }))).toEqual([]);
  expect(await faultsOf(policy, podOf({ image: "example.com/db:1" }))).toEqual([fault("spec.containers[0]")]);
});

it("requireReadOnlyRootFilesystem denies no update of a container that could write before", async () => {
  const before = deploymentOf(podOf({}));
  const after = deploymentOf(podOf({ image: "web:2" }));
  expect(await faultsOf(requireReadOnlyRootFilesystem(), after, before)).toEqual([]);
});

it("requireReadOnlyRootFilesystem has a native form", () => {
  expect(nativeOf(requireReadOnlyRootFilesystem())).toBe("yes");
});
