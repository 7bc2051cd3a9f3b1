import { expect, it } from "vitest";
import { limitSelinux } from "../../../src/policies/security/limitSelinux.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { deploymentOf, faultsOf, nativeOf, podOf } from "../faultsOf.ts";

const of = (seLinuxOptions: unknown): JsonObject => ({ securityContext: { seLinuxOptions } });
const fault = (member: string, value: string, path = "spec.containers[0]"): string =>
  `${path}.securityContext.seLinuxOptions.${member}: container 'web', by its own settings or those of the Pod, must not have the SELinux ${member} '${value}'`;

type Options = Parameters<typeof limitSelinux>[0];
it.each<[what: string, options: Options, object: JsonObject, messages: readonly string[]]>([
  ["no options", {}, podOf({}), []],
  ["options of null", {}, podOf(of(null), of(null)), []],
  ["empty options", {}, podOf(of({ type: "", user: "", role: "", level: "" })), []],
  ["a type of containers", {}, podOf(of({ type: "container_kvm_t" })), []],
  ["another type", {}, podOf(of({ type: "spc_t" })), [fault("type", "spc_t")]],
  ["another type of the Pod", {}, podOf({}, of({ type: "spc_t" })), [fault("type", "spc_t")]],
  [
    "options of a container, which has none of the Pod's",
    {},
    podOf(of({ level: "s0" }), of({ type: "spc_t", user: "root" })),
    [],
  ],
  ["a level", {}, podOf(of({ level: "s0:c1,c2" })), []],
  [
    "a user and a role",
    {},
    podOf(of({ user: "system_u", role: "system_r" })),
    [fault("user", "system_u"), fault("role", "system_r")],
  ],
  [
    "allowed users and roles",
    { users: ["system_u"], roles: ["*"] },
    podOf(of({ user: "system_u", role: "any_r" })),
    [],
  ],
  ["an allowed level", { levels: ["s0"] }, podOf(of({ level: "s0" })), []],
  ["another level", { levels: ["s0"] }, podOf(of({ level: "s1" })), [fault("level", "s1")]],
  ["an allowed type", { types: ["spc_t"] }, podOf(of({ type: "spc_t" })), []],
  ["an exempt image", { exemptImages: ["web:*"] }, podOf({}, of({ type: "spc_t" })), []],
  [
    "the template of a Deployment",
    {},
    deploymentOf(podOf(of({ type: "spc_t" }))),
    [fault("type", "spc_t", "spec.template.spec.containers[0]")],
  ],
])("limitSelinux on %s", async (_what, options, object, messages) => {
  expect(await faultsOf(limitSelinux(options), object)).toEqual(messages);
});

it("limitSelinux has a native form", () => {
  expect(nativeOf(limitSelinux())).toBe("yes");
});
