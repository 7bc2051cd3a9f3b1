import { expect, it } from "vitest";
import { disallowHostNamespaces } from "../../../src/policies/security/disallowHostNamespaces.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { cronJobOf, deploymentOf, faultsOf, nativeOf, podOf } from "../faultsOf.ts";

const NETWORK = "must not use the network of its node; use a Service to reach it";
const PROCESSES = "must not see the processes of its node";
const IPC = "must not share the IPC namespace of its node";

it.each<[what: string, object: JsonObject, messages: readonly string[]]>([
  ["a Pod without them", podOf({}), []],
  ["a Pod that says false", podOf({}, { hostNetwork: false, hostPID: false, hostIPC: false }), []],
  ["settings of null", podOf({}, { hostNetwork: null, hostPID: null }), []],
  ["hostNetwork", podOf({}, { hostNetwork: true }), [`spec.hostNetwork: the Pod ${NETWORK}`]],
  ["hostPID", podOf({}, { hostPID: true }), [`spec.hostPID: the Pod ${PROCESSES}`]],
  ["hostIPC", podOf({}, { hostIPC: true }), [`spec.hostIPC: the Pod ${IPC}`]],
  [
    "all of them in the template of a Deployment",
    deploymentOf(podOf({}, { hostNetwork: true, hostPID: true, hostIPC: true })),
    [
      `spec.template.spec.hostNetwork: the Pod ${NETWORK}`,
      `spec.template.spec.hostPID: the Pod ${PROCESSES}`,
      `spec.template.spec.hostIPC: the Pod ${IPC}`,
    ],
  ],
  [
    "the template of a CronJob",
    cronJobOf(podOf({}, { hostPID: true })),
    [`spec.jobTemplate.spec.template.spec.hostPID: the Pod ${PROCESSES}`],
  ],
])("disallowHostNamespaces on %s", async (_what, object, messages) => {
  expect(await faultsOf(disallowHostNamespaces(), object)).toEqual(messages);
});

it("disallowHostNamespaces allows the namespaces of its parameter", async () => {
  const policy = disallowHostNamespaces({ allowed: ["hostNetwork"] });
  expect(await faultsOf(policy, podOf({}, { hostNetwork: true, hostPID: true }))).toEqual([
    `spec.hostPID: the Pod ${PROCESSES}`,
  ]);
});

it("disallowHostNamespaces has a native form", () => {
  expect(nativeOf(disallowHostNamespaces())).toBe("yes");
  expect(nativeOf(disallowHostNamespaces({ allowed: ["hostNetwork", "hostPID", "hostIPC"] }))).toBe("yes");
});
