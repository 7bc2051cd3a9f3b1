import { expect, it } from "vitest";
import { disallowPrivileged } from "../../../src/policies/security/disallowPrivileged.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { deploymentOf, faultsOf, nativeOf, podOf } from "../faultsOf.ts";

const privileged = { securityContext: { privileged: true } };
const hostProcess = { securityContext: { windowsOptions: { hostProcess: true } } };
const fault = (path: string, name = "web"): string =>
  `${path}.securityContext.privileged: container '${name}' must not be privileged; add the capabilities that it needs instead`;
const windowsFault = (path: string): string =>
  `${path}.securityContext.windowsOptions.hostProcess: container 'web' must not be a HostProcess container, by its own setting or that of the Pod`;

it.each<[what: string, object: JsonObject, messages: readonly string[]]>([
  ["a container without a security context", podOf({}), []],
  ["a container that says false", podOf({ securityContext: { privileged: false } }), []],
  ["a security context of null", podOf({ securityContext: null }), []],
  ["a privileged container", podOf(privileged), [fault("spec.containers[0]")]],
  [
    "privileged init, sidecar and ephemeral containers",
    podOf(
      {},
      {
        initContainers: [
          { name: "init", ...privileged },
          { name: "proxy", restartPolicy: "Always", ...privileged },
        ],
        ephemeralContainers: [{ name: "debug", ...privileged }],
      },
    ),
    [
      fault("spec.initContainers[0]", "init"),
      fault("spec.initContainers[1]", "proxy"),
      fault("spec.ephemeralContainers[0]", "debug"),
    ],
  ],
  ["a HostProcess container", podOf(hostProcess), [windowsFault("spec.containers[0]")]],
  ["a HostProcess Pod", podOf({}, hostProcess), [windowsFault("spec.containers[0]")]],
  [
    "a container that is no HostProcess one in a Pod that is",
    podOf({ securityContext: { windowsOptions: { hostProcess: false } } }, hostProcess),
    [],
  ],
  ["the template of a Deployment", deploymentOf(podOf(privileged)), [fault("spec.template.spec.containers[0]")]],
])("disallowPrivileged on %s", async (_what, object, messages) => {
  expect(await faultsOf(disallowPrivileged(), object)).toEqual(messages);
});

it("disallowPrivileged does not judge exempt images", async () => {
  const policy = disallowPrivileged({ exemptImages: ["registry.example.com/cni:*"] });
  expect(await faultsOf(policy, podOf({ image: "registry.example.com/cni:1", ...privileged }))).toEqual([]);
  expect(await faultsOf(policy, podOf({ image: "registry.example.com/cni", ...privileged }))).toEqual([
    fault("spec.containers[0]"),
  ]);
});

it("disallowPrivileged denies the update that makes a container privileged", async () => {
  const [before, after] = [deploymentOf(podOf({})), deploymentOf(podOf(privileged))];
  expect(await faultsOf(disallowPrivileged(), after, before)).toEqual([fault("spec.template.spec.containers[0]")]);
  expect(await faultsOf(disallowPrivileged(), after, after)).toEqual([]);
});

it("disallowPrivileged has a native form", () => {
  expect(nativeOf(disallowPrivileged())).toBe("yes");
});
