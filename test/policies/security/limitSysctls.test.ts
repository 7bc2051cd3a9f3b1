import { expect, it } from "vitest";
import { limitSysctls } from "../../../src/policies/security/limitSysctls.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { deploymentOf, faultsOf, nativeOf, podOf } from "../faultsOf.ts";

const of = (...names: readonly string[]): JsonObject =>
  podOf({}, { securityContext: { sysctls: names.map((name) => ({ name, value: "1" })) } });
const fault = (index: number, name: string, allowed: string, at = "spec"): string =>
  `${at}.securityContext.sysctls[${index}].name: the Pod must not set the sysctl '${name}'; allowed are: ${allowed}`;

type Options = Parameters<typeof limitSysctls>[0];
it.each<[what: string, options: Options, object: JsonObject, messages: readonly string[]]>([
  ["no sysctls", {}, podOf({}), []],
  ["sysctls of null", {}, podOf({}, { securityContext: { sysctls: null } }), []],
  ["safe sysctls", {}, of("kernel.shm_rmid_forced", "net.ipv4.tcp_rmem"), []],
  ["an allowed one", { allowed: ["kernel.sem"] }, of("kernel.sem"), []],
  [
    "another one",
    { allowed: ["kernel.sem"] },
    of("kernel.sem", "kernel.sem2"),
    [fault(1, "kernel.sem2", "kernel.sem")],
  ],
  ["one with an allowed beginning", { allowed: ["net.ipv4.*"] }, of("net.ipv4.tcp_syncookies"), []],
  [
    "one with another beginning",
    { allowed: ["net.ipv4.*"] },
    of("net.core.somaxconn"),
    [fault(0, "net.core.somaxconn", "net.ipv4.*")],
  ],
  ["any one", { allowed: ["*"] }, of("kernel.msgmax"), []],
  ["none allowed", { allowed: [] }, of("net.ipv4.tcp_rmem"), [fault(0, "net.ipv4.tcp_rmem", "none")]],
  [
    "one with slashes",
    { allowed: ["net.ipv4.*"] },
    of("net/ipv4/tcp_rmem"),
    [fault(0, "net/ipv4/tcp_rmem", "net.ipv4.*")],
  ],
  [
    "the template of a Deployment",
    { allowed: [] },
    deploymentOf(of("kernel.sem")),
    [fault(0, "kernel.sem", "none", "spec.template.spec")],
  ],
])("limitSysctls on %s", async (_what, options, object, messages) => {
  expect(await faultsOf(limitSysctls(options), object)).toEqual(messages);
});

it("limitSysctls denies the unsafe ones by default", async () => {
  expect(await faultsOf(limitSysctls(), of("kernel.msgmax"))).toEqual([expect.stringContaining("'kernel.msgmax'")]);
});

it("limitSysctls refuses a * that is not at the end of a name", () => {
  expect(() => limitSysctls({ allowed: ["net.*.tcp_rmem"] })).toThrow(
    "options.allowed.0 has a * that is not at its end",
  );
});

it.each(["", " net.ipv4.tcp_rmem", "net.ipv4.tcp_rmem\n"])("limitSysctls refuses the name %o", (name) => {
  expect(() => limitSysctls({ allowed: [name] })).toThrow("options.allowed.0 ");
});

it("limitSysctls has a native form", () => {
  expect(nativeOf(limitSysctls())).toBe("yes");
  expect(nativeOf(limitSysctls({ allowed: [] }))).toBe("yes");
});
