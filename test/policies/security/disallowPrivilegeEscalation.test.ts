import { expect, it } from "vitest";
import { disallowPrivilegeEscalation } from "../../../src/policies/security/disallowPrivilegeEscalation.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { deploymentOf, faultsOf, nativeOf, podOf } from "../faultsOf.ts";

const safe = { securityContext: { allowPrivilegeEscalation: false } };
const fault = (path: string, name = "web"): string =>
  `${path}.securityContext.allowPrivilegeEscalation: container '${name}' must set allowPrivilegeEscalation to false`;

it.each<[what: string, object: JsonObject, messages: readonly string[]]>([
  ["a container that says false", podOf(safe), []],
  [
    "a container that says true",
    podOf({ securityContext: { allowPrivilegeEscalation: true } }),
    [fault("spec.containers[0]")],
  ],
  ["a container that says nothing", podOf({}), [fault("spec.containers[0]")]],
  ["a setting of null", podOf({ securityContext: { allowPrivilegeEscalation: null } }), [fault("spec.containers[0]")]],
  ["an init container", podOf(safe, { initContainers: [{ name: "init" }] }), [fault("spec.initContainers[0]", "init")]],
  [
    "an ephemeral container",
    podOf(safe, { ephemeralContainers: [{ name: "debug" }] }),
    [fault("spec.ephemeralContainers[0]", "debug")],
  ],
  ["a Windows Pod, which cannot set it", podOf({}, { os: { name: "windows" } }), []],
  ["the template of a Deployment", deploymentOf(podOf({})), [fault("spec.template.spec.containers[0]")]],
])("disallowPrivilegeEscalation on %s", async (_what, object, messages) => {
  expect(await faultsOf(disallowPrivilegeEscalation(), object)).toEqual(messages);
});

it("disallowPrivilegeEscalation does not judge exempt images", async () => {
  expect(await faultsOf(disallowPrivilegeEscalation({ exemptImages: ["web:*"] }), podOf({}))).toEqual([]);
});

it("disallowPrivilegeEscalation has a native form", () => {
  expect(nativeOf(disallowPrivilegeEscalation())).toBe("yes");
});
