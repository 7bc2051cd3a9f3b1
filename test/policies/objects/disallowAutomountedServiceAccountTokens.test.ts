import { expect, it } from "vitest";
import { disallowAutomountedServiceAccountTokens as disallowTokens } from "../../../src/policies/objects/disallowAutomountedServiceAccountTokens.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { faultsOf, nativeOf } from "../faultsOf.ts";

type Options = Parameters<typeof disallowTokens>[0];

const account = (name: string, more: JsonObject = {}): JsonObject => ({
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { name, namespace: "shop" },
  ...more,
});
const denied = (name: string): string[] => [
  `automountServiceAccountToken: the ServiceAccount '${name}' must set it to false; set it to true in the Pods that call the API server`,
];
const OFF: JsonObject = { automountServiceAccountToken: false };
const ON: JsonObject = { automountServiceAccountToken: true };

it.each<[what: string, options: Options, object: JsonObject, old: JsonObject | undefined, messages: string[]]>([
  ["false", {}, account("web", OFF), undefined, []],
  ["true", {}, account("web", ON), undefined, denied("web")],
  ["absent", {}, account("web"), undefined, denied("web")],
  ["null", {}, account("web", { automountServiceAccountToken: null }), undefined, denied("web")],
  ["an allowed name", { allowed: ["operator", "web"] }, account("web"), undefined, []],
  ["another name", { allowed: ["operator"] }, account("web"), undefined, denied("web")],
  ["a new default", {}, account("default"), undefined, []],
  ["a default that is turned off", {}, account("default", OFF), account("default"), []],
  ["another update of the default", {}, account("default", { imagePullSecrets: [] }), account("default"), []],
  ["a default that is turned on", {}, account("default", ON), account("default", OFF), denied("default")],
  ["a removed field", {}, account("web"), account("web", OFF), denied("web")],
  ["another update of an older one", {}, account("web", { secrets: [] }), account("web"), []],
])("disallowAutomountedServiceAccountTokens judges %s with %j", async (_what, options, object, old, messages) => {
  expect(await faultsOf(disallowTokens(options), object, old)).toEqual(messages);
});

it.each<Options>([{}, { allowed: ["web"] }])("disallowAutomountedServiceAccountTokens is native with %j", (options) => {
  expect(nativeOf(disallowTokens(options))).toBe("yes");
});
