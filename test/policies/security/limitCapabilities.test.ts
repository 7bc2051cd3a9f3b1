import { expect, it } from "vitest";
import { limitCapabilities } from "../../../src/policies/security/limitCapabilities.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { deploymentOf, faultsOf, nativeOf, podOf } from "../faultsOf.ts";

const of = (add?: readonly string[] | null, drop?: readonly string[] | null): JsonObject => ({
  securityContext: { capabilities: { add, drop } },
});
const dropFault = (path: string, name = "web", drops = "ALL"): string =>
  `${path}.securityContext.capabilities.drop: container '${name}' must drop the capabilities ${drops}`;
const addFault = (path: string, capability: string, allowed = "NET_BIND_SERVICE"): string =>
  `${path}: container 'web' must not add the capability ${capability}; allowed are: ${allowed}`;
const ADD = "spec.containers[0].securityContext.capabilities.add";

type Options = Parameters<typeof limitCapabilities>[0];
type Case = [what: string, options: Options, object: JsonObject, messages: readonly string[]];
it.each<Case>([
  ["all dropped", {}, podOf(of(undefined, ["ALL"])), []],
  ["all dropped and the allowed one added", {}, podOf(of(["NET_BIND_SERVICE"], ["ALL"])), []],
  ["no security context", {}, podOf({}), [dropFault("spec.containers[0]")]],
  ["lists of null", {}, podOf(of(null, null)), [dropFault("spec.containers[0]")]],
  [
    "another case",
    {},
    podOf(of(["net_bind_service"], ["all"])),
    [addFault(`${ADD}[0]`, "net_bind_service"), dropFault("spec.containers[0]")],
  ],
  ["a prefix", {}, podOf(of(["CAP_SYS_ADMIN"], ["ALL"])), [addFault(`${ADD}[0]`, "CAP_SYS_ADMIN")]],
  ["ALL added", {}, podOf(of(["ALL"], ["ALL"])), [addFault(`${ADD}[0]`, "ALL")]],
  [
    "two others added",
    {},
    podOf(of(["SYS_ADMIN", "NET_BIND_SERVICE", "CHOWN"], ["ALL"])),
    [addFault(`${ADD}[0]`, "SYS_ADMIN"), addFault(`${ADD}[2]`, "CHOWN")],
  ],
  ["any allowed", { allowed: ["*"] }, podOf(of(["SYS_ADMIN"], ["ALL"])), []],
  ["none allowed", { allowed: [] }, podOf(of(["KILL"], ["ALL"])), [addFault(`${ADD}[0]`, "KILL", "none")]],
  ["a required one dropped", { requiredDrops: ["NET_RAW"] }, podOf(of([], ["NET_RAW"])), []],
  ["all dropped where one is required", { requiredDrops: ["NET_RAW"] }, podOf(of([], ["ALL"])), []],
  [
    "one of two required ones dropped",
    { requiredDrops: ["NET_RAW", "MKNOD"] },
    podOf(of([], ["NET_RAW"])),
    [dropFault("spec.containers[0]", "web", "NET_RAW, MKNOD")],
  ],
  [
    "all dropped, and another one added, where one is required",
    { allowed: ["*"], requiredDrops: ["NET_RAW"] },
    podOf(of(["CHOWN"], ["ALL"])),
    [],
  ],
  ...["NET_RAW", "net_raw", "CAP_NET_RAW"].map(
    (added): Case => [
      `all dropped, and ${added} added, where NET_RAW is required`,
      { allowed: ["*"], requiredDrops: ["NET_RAW"] },
      podOf(of([added], ["ALL"])),
      [dropFault("spec.containers[0]", "web", `NET_RAW by their names, as it adds ${added} after it has dropped ALL`)],
    ],
  ),
  [
    "the required one dropped beside all, and added",
    { allowed: ["*"], requiredDrops: ["NET_RAW"] },
    podOf(of(["NET_RAW"], ["ALL", "NET_RAW"])),
    [],
  ],
  ["none required", { requiredDrops: [] }, podOf({}), []],
  ["a Windows Pod, which cannot drop", {}, podOf({}, { os: { name: "windows" } }), []],
  [
    "an ephemeral container",
    {},
    podOf(of([], ["ALL"]), { ephemeralContainers: [{ name: "debug" }] }),
    [dropFault("spec.ephemeralContainers[0]", "debug")],
  ],
  ["an exempt image", { exemptImages: ["web:*"] }, podOf(of(["SYS_ADMIN"])), []],
  ["the template of a Deployment", {}, deploymentOf(podOf({})), [dropFault("spec.template.spec.containers[0]")]],
])("limitCapabilities on %s", async (_what, options, object, messages) => {
  expect((await faultsOf(limitCapabilities(options), object)).sort()).toEqual([...messages].sort());
});

it.each<[options: Options, option: string]>([
  [{ allowed: ["CAP_NET_ADMIN"] }, "allowed"],
  [{ allowed: ["net_admin"] }, "allowed"],
  [{ requiredDrops: ["CAP_NET_RAW"] }, "requiredDrops"],
  [{ requiredDrops: ["*"] }, "requiredDrops"],
])("limitCapabilities refuses %j, which no container can match", (options, option) => {
  expect(() => limitCapabilities(options)).toThrow(
    `options.${option}.0 is not a capability in capital letters without CAP_, such as NET_ADMIN`,
  );
});

it.each<Options>([{}, { allowed: [], requiredDrops: [] }, { allowed: ["*"], requiredDrops: ["NET_RAW"] }])(
  "limitCapabilities with %j has a native form",
  (options) => {
    expect(nativeOf(limitCapabilities(options))).toBe("yes");
  },
);
