import { expect, it } from "vitest";
import { limitHostPaths } from "../../../src/policies/security/limitHostPaths.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { deploymentOf, faultsOf, nativeOf, podOf } from "../faultsOf.ts";

const of = (path: string, readOnly?: boolean): JsonObject =>
  podOf(
    { volumeMounts: [{ name: "host", mountPath: "/host", ...(readOnly === undefined ? {} : { readOnly }) }] },
    { volumes: [{ name: "host", hostPath: { path } }] },
  );
const fault = (path: string, allowed = "none", at = "spec"): string =>
  `${at}.volumes[0].hostPath.path: the volume must not be the path '${path}' of its node; allowed are: ${allowed}`;
const writesTo = (path: string, list = "containers"): string =>
  `spec.${list}[0].volumeMounts[0].readOnly: container 'web' must mount the volume 'host' with readOnly: true, as it is the path '${path}' of the node`;
const LOGS = [{ path: "/var/log" }];
const READ = [{ path: "/var/log", readOnly: true }];

type Options = Parameters<typeof limitHostPaths>[0];
it.each<[what: string, options: Options, object: JsonObject, messages: readonly string[]]>([
  ["no volumes", {}, podOf({}), []],
  ["volumes of null", {}, podOf({}, { volumes: null }), []],
  ["another volume", {}, podOf({}, { volumes: [{ name: "a", emptyDir: {} }] }), []],
  ["a path of the node", {}, of("/etc"), [fault("/etc")]],
  [
    "a path that no container mounts",
    {},
    podOf({}, { volumes: [{ name: "host", hostPath: { path: "/" } }] }),
    [fault("/")],
  ],
  ["an allowed path", { allowed: LOGS }, of("/var/log"), []],
  ["a path in an allowed one", { allowed: LOGS }, of("/var/log/pods/a"), []],
  ["an allowed path with a / at its end", { allowed: LOGS }, of("/var/log/"), []],
  ["a path with the same beginning", { allowed: LOGS }, of("/var/logs"), [fault("/var/logs", "/var/log")]],
  ["a path above", { allowed: LOGS }, of("/var"), [fault("/var", "/var/log")]],
  [
    "a way out of an allowed path",
    { allowed: LOGS },
    of("/var/log/../../etc"),
    [fault("/var/log/../../etc", "/var/log")],
  ],
  ["a relative path", { allowed: [{ path: "/" }] }, of("etc"), []],
  ["any path", { allowed: [{ path: "/" }] }, of("/etc"), []],
  ["a mount that reads", { allowed: READ }, of("/var/log/pods", true), []],
  ["a mount that writes", { allowed: READ }, of("/var/log/pods", false), [writesTo("/var/log/pods")]],
  ["a mount that says nothing", { allowed: READ }, of("/var/log"), [writesTo("/var/log")]],
  [
    "a mount that may write by another path",
    { allowed: [...READ, { path: "/var/log/app" }] },
    of("/var/log/app/x"),
    [],
  ],
  [
    "a mount that may not write beside that path",
    { allowed: [...READ, { path: "/var/log/app" }] },
    of("/var/log/ap"),
    [writesTo("/var/log/ap")],
  ],
  ["a path that is not allowed, and writes", { allowed: READ }, of("/etc"), [fault("/etc", "/var/log")]],
  [
    "an ephemeral container that writes",
    { allowed: READ },
    podOf(
      {},
      {
        volumes: [{ name: "host", hostPath: { path: "/var/log" } }],
        ephemeralContainers: [{ name: "web", volumeMounts: [{ name: "host", mountPath: "/host" }] }],
      },
    ),
    [writesTo("/var/log", "ephemeralContainers")],
  ],
  [
    "a step back with the separator of Windows",
    { allowed: LOGS },
    of("/var/log/..\\..\\Windows"),
    [fault("/var/log/..\\..\\Windows", "/var/log")],
  ],
  ["a name with two dots", { allowed: LOGS }, of("/var/log/a..b\\..c"), []],
  ["the template of a Deployment", {}, deploymentOf(of("/etc")), [fault("/etc", "none", "spec.template.spec")]],
])("limitHostPaths on %s", async (_what, options, object, messages) => {
  expect(await faultsOf(limitHostPaths(options), object)).toEqual(messages);
});

it("limitHostPaths reports a mount whose volume comes to be of another folder", async () => {
  const policy = limitHostPaths({ allowed: READ });
  expect(await faultsOf(policy, deploymentOf(of("/var/log")), deploymentOf(of("/var/log/x")))).toEqual([
    writesTo("/var/log").replace("spec.", "spec.template.spec."),
  ]);
  expect(await faultsOf(policy, deploymentOf(of("/var/log"), 2), deploymentOf(of("/var/log")))).toEqual([]);
});

it.each(["var/log", "/var/log/", "", "//", "/var//log"])("limitHostPaths refuses to allow the path %j", (path) => {
  expect(() => limitHostPaths({ allowed: [{ path }] })).toThrow(
    "options.allowed.0.path is not an absolute path without a / at its end",
  );
});

it.each<[path: string, fault: string]>([
  ["/var/log/*", "is not an absolute path without a / at its end and without *"],
  ["/var/../etc", "has a part . or .., which is in no path of a volume"],
  ["/var/.", "has a part . or .., which is in no path of a volume"],
])("limitHostPaths refuses to allow the path %j, which no volume can have", (path, fault) => {
  expect(() => limitHostPaths({ allowed: [{ path }] })).toThrow(`options.allowed.0.path ${fault}`);
});

it("limitHostPaths has a native form", () => {
  expect(nativeOf(limitHostPaths())).toBe("yes");
  expect(nativeOf(limitHostPaths({ allowed: [...READ, { path: "/" }] }))).toBe("yes");
});
