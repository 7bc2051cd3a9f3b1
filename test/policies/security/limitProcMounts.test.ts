import { expect, it } from "vitest";
import { limitProcMounts } from "../../../src/policies/security/limitProcMounts.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { deploymentOf, faultsOf, nativeOf, podOf } from "../faultsOf.ts";

const of = (procMount: unknown): JsonObject => ({ securityContext: { procMount } });
const fault = (mount: string, path = "spec.containers[0]", allowed = "Default"): string =>
  `${path}.securityContext.procMount: container 'web' must not have the procMount ${mount}; allowed are: ${allowed}`;

type Options = Parameters<typeof limitProcMounts>[0];
it.each<[what: string, options: Options, object: JsonObject, messages: readonly string[]]>([
  ["no setting", {}, podOf({}), []],
  ["a setting of null", {}, podOf(of(null)), []],
  ["Default", {}, podOf(of("Default")), []],
  ["Unmasked", {}, podOf(of("Unmasked")), [fault("Unmasked")]],
  ["another word", {}, podOf(of("unmasked")), [fault("unmasked")]],
  ["Unmasked where it is allowed", { allowed: ["Default", "Unmasked"] }, podOf(of("Unmasked")), []],
  [
    "no setting where Default is not allowed",
    { allowed: ["Unmasked"] },
    podOf({}),
    [fault("Default", "spec.containers[0]", "Unmasked")],
  ],
  [
    "an init container",
    {},
    podOf({}, { initContainers: [{ name: "web", ...of("Unmasked") }] }),
    [fault("Unmasked", "spec.initContainers[0]")],
  ],
  ["an exempt image", { exemptImages: ["web:*"] }, podOf(of("Unmasked")), []],
  [
    "the template of a Deployment",
    {},
    deploymentOf(podOf(of("Unmasked"))),
    [fault("Unmasked", "spec.template.spec.containers[0]")],
  ],
])("limitProcMounts on %s", async (_what, options, object, messages) => {
  expect(await faultsOf(limitProcMounts(options), object)).toEqual(messages);
});

it("limitProcMounts has a native form", () => {
  expect(nativeOf(limitProcMounts())).toBe("yes");
});
