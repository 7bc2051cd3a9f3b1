import { expect, it } from "vitest";
import { disallowAutomountedTokens } from "../../../src/policies/workloads/disallowAutomountedTokens.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { cronJobOf, deploymentOf, faultsOf, nativeOf, podOf } from "../faultsOf.ts";

const fault = (account: string, at = "spec"): string =>
  `${at}.automountServiceAccountToken: the Pod must set automountServiceAccountToken to false, as its ServiceAccount '${account}' is not one that may call the API server`;

type Options = Parameters<typeof disallowAutomountedTokens>[0];
it.each<[what: string, options: Options, object: JsonObject, messages: readonly string[]]>([
  ["a Pod that says false", {}, podOf({}, { automountServiceAccountToken: false }), []],
  ["a Pod that says nothing", {}, podOf({}), [fault("default")]],
  ["an empty ServiceAccount", { allowed: ["default"] }, podOf({}, { serviceAccountName: "" }), []],
  ["a Pod that says null", {}, podOf({}, { automountServiceAccountToken: null }), [fault("default")]],
  [
    "a Pod that says true",
    {},
    podOf({}, { automountServiceAccountToken: true, serviceAccountName: "web" }),
    [fault("web")],
  ],
  ["an allowed ServiceAccount", { allowed: ["web"] }, podOf({}, { serviceAccountName: "web" }), []],
  ["an allowed ServiceAccount by its old member", { allowed: ["web"] }, podOf({}, { serviceAccount: "web" }), []],
  ["another ServiceAccount", { allowed: ["web"] }, podOf({}, { serviceAccountName: "db" }), [fault("db")]],
  [
    "an allowed ServiceAccount of the namespace",
    { allowed: ["shop/web"] },
    podOf({}, { serviceAccountName: "web" }),
    [],
  ],
  ["one of another namespace", { allowed: ["bank/web"] }, podOf({}, { serviceAccountName: "web" }), [fault("web")]],
  [
    "a token in a volume",
    {},
    podOf(
      {},
      {
        automountServiceAccountToken: false,
        volumes: [{ name: "t", projected: { sources: [{ serviceAccountToken: { path: "t" } }] } }],
      },
    ),
    [],
  ],
  ["the template of a Deployment", {}, deploymentOf(podOf({})), [fault("default", "spec.template.spec")]],
  ["the template of a CronJob", {}, cronJobOf(podOf({})), [fault("default", "spec.jobTemplate.spec.template.spec")]],
])("disallowAutomountedTokens on %s", async (_what, options, object, messages) => {
  expect(await faultsOf(disallowAutomountedTokens(options), object)).toEqual(messages);
});

it("disallowAutomountedTokens has a native form", () => {
  expect(nativeOf(disallowAutomountedTokens())).toBe("yes");
  expect(nativeOf(disallowAutomountedTokens({ allowed: ["shop/web"] }))).toBe("yes");
});
