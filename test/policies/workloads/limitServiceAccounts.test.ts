import { expect, it } from "vitest";
import { limitServiceAccounts } from "../../../src/policies/workloads/limitServiceAccounts.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { deploymentOf, faultsOf, nativeOf, podOf } from "../faultsOf.ts";

const of = (serviceAccountName: string): JsonObject => podOf({}, { serviceAccountName });
const fault = (account: string, what = "name one of its own", at = "spec"): string =>
  `${at}.serviceAccountName: the Pod must not have the ServiceAccount '${account}'; ${what}`;

type Options = Parameters<typeof limitServiceAccounts>[0];
it.each<[what: string, options: Options, object: JsonObject, messages: readonly string[]]>([
  ["a ServiceAccount of its own", {}, of("web"), []],
  ["the default one", {}, of("default"), [fault("default")]],
  ["none, which is the default one", {}, podOf({}), [fault("default")]],
  ["an empty one, which is the default one", {}, of(""), [fault("default")]],
  ["the default one by the old member", {}, podOf({}, { serviceAccount: "default" }), [fault("default")]],
  [
    "an empty one beside the old member",
    { allowed: [] },
    podOf({}, { serviceAccountName: "", serviceAccount: "admin" }),
    [fault("admin", "allowed are: none")],
  ],
  ["one of its own by the old member", {}, podOf({}, { serviceAccount: "web" }), []],
  ["an allowed one", { allowed: ["web", "db"] }, of("db"), []],
  ["another one", { allowed: ["web", "db"] }, of("cache"), [fault("cache", "allowed are: web, db")]],
  ["an allowed one of the namespace", { allowed: ["shop/web"] }, of("web"), []],
  ["one of another namespace", { allowed: ["bank/web"] }, of("web"), [fault("web", "allowed are: bank/web")]],
  ["a denied one", { denied: ["shop/admin"] }, of("admin"), [fault("admin")]],
  ["one that is denied elsewhere", { denied: ["bank/admin"] }, of("admin"), []],
  [
    "one that is allowed and denied",
    { allowed: ["web"], denied: ["web"] },
    of("web"),
    [fault("web", "allowed are: web")],
  ],
  ["the default one where none is denied", { denied: [] }, podOf({}), []],
  ["the template of a Deployment", {}, deploymentOf(podOf({})), [fault("default", undefined, "spec.template.spec")]],
])("limitServiceAccounts on %s", async (_what, options, object, messages) => {
  expect(await faultsOf(limitServiceAccounts(options), object)).toEqual(messages);
});

it.each<[options: Options, fault: string]>([
  [{ allowed: ["shop/*"] }, "options.allowed.0 is not NAME, NAMESPACE/NAME, or * for all"],
  [{ allowed: ["system:serviceaccount:shop:web"] }, "options.allowed.0 is not NAME, NAMESPACE/NAME, or * for all"],
  [{ denied: ["*"] }, "options.denied.0 is not NAME or NAMESPACE/NAME, without a *"],
])("limitServiceAccounts refuses %j, which no Pod can match", (options, fault) => {
  expect(() => limitServiceAccounts(options)).toThrow(fault);
});

it("limitServiceAccounts has a native form", () => {
  expect(nativeOf(limitServiceAccounts())).toBe("yes");
  expect(nativeOf(limitServiceAccounts({ allowed: ["shop/web"], denied: [] }))).toBe("yes");
});
