import { expect, it } from "vitest";
import { requireProbes } from "../../../src/policies/workloads/requireProbes.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { cronJobOf, deploymentOf, faultsOf, nativeOf, podOf } from "../faultsOf.ts";

const probe = { httpGet: { port: 8080 } };
const both = { readinessProbe: probe, livenessProbe: probe };
const lacks = (kind: string, path = "spec.containers[0]", name = "web"): string =>
  `${path}.${kind}Probe: container '${name}' must have a ${kind} probe`;

type Options = Parameters<typeof requireProbes>[0];
it.each<[what: string, options: Options, object: JsonObject, messages: readonly string[]]>([
  ["both probes", {}, podOf(both), []],
  ["no probes", {}, podOf({}), [lacks("readiness"), lacks("liveness")]],
  ["probes of null", {}, podOf({ readinessProbe: null, livenessProbe: probe }), [lacks("readiness")]],
  ["one of them", {}, podOf({ livenessProbe: probe }), [lacks("readiness")]],
  ["the startup probe only", {}, podOf({ startupProbe: probe }), [lacks("readiness"), lacks("liveness")]],
  ["the required one", { probes: ["readiness"] }, podOf({ readinessProbe: probe }), []],
  ["all required", { probes: ["readiness", "liveness", "startup"] }, podOf(both), [lacks("startup")]],
  ["an init container", {}, podOf(both, { initContainers: [{ name: "init" }] }), []],
  [
    "a sidecar",
    {},
    podOf(both, {
      initContainers: [{ name: "init" }, { name: "proxy", restartPolicy: "Always", livenessProbe: probe }],
    }),
    [lacks("readiness", "spec.initContainers[1]", "proxy")],
  ],
  ["an ephemeral container", {}, podOf(both, { ephemeralContainers: [{ name: "debug" }] }), []],
  [
    "a Pod that runs on",
    {},
    podOf({ ...both, readinessProbe: undefined }, { restartPolicy: "Always" }),
    [lacks("readiness")],
  ],
  ["a Pod that ends", {}, podOf({}, { restartPolicy: "Never" }), []],
  ["the template of a CronJob", {}, cronJobOf(podOf({}, { restartPolicy: "OnFailure" })), []],
  ["an exempt image", { exemptImages: ["web:*"] }, podOf({}), []],
  [
    "the template of a Deployment",
    {},
    deploymentOf(podOf({})),
    [lacks("readiness", "spec.template.spec.containers[0]"), lacks("liveness", "spec.template.spec.containers[0]")],
  ],
])("requireProbes on %s", async (_what, options, object, messages) => {
  expect(await faultsOf(requireProbes(options), object)).toEqual(messages);
});

it("requireProbes denies no update of a container that lacked them before", async () => {
  const [before, after] = [deploymentOf(podOf({})), deploymentOf(podOf({ image: "web:2" }))];
  expect(await faultsOf(requireProbes(), after, before)).toEqual([]);
  expect(await faultsOf(requireProbes(), after, deploymentOf(podOf(both)))).toHaveLength(2);
});

it("requireProbes refuses to require none", () => {
  expect(() => requireProbes({ probes: [] })).toThrow("options.probes is not valid: it is empty");
});

it("requireProbes has a native form", () => {
  expect(nativeOf(requireProbes())).toBe("yes");
  expect(nativeOf(requireProbes({ probes: ["startup"] }))).toBe("yes");
});
