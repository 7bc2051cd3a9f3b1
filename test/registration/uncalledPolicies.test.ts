import { expect, it } from "vitest";
import { liveWebhooks } from "../../src/registration/LiveWebhook.ts";
import { uncalledPolicies } from "../../src/registration/uncalledPolicies.ts";
import { mutator, validator } from "./gateFor.ts";

const gate = {
  name: "g",
  policies: [
    validator("pods", {
      resources: ["pods"],
      operations: ["CREATE", "DELETE"],
      ephemeralContainers: false,
      resize: false,
    }),
    validator("execs", { resources: ["pods/exec"], operations: ["CONNECT"] }),
    mutator("maps", { resources: ["configmaps"], apiVersions: ["v1"], scope: "Namespaced" }),
    validator("exempt", { resources: ["validatingwebhookconfigurations"] }),
  ],
  entries: { exec: { policies: ["execs"] } },
  conversions: [],
};

interface Live {
  readonly kind?: "Mutating";
  readonly url?: string;
  readonly rule?: object;
}

const everything = { apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*/*"], scope: "*" };

const uncalled = (...live: Live[]) => {
  const webhooks = live.flatMap(({ kind = "Validating", url = "https://h/c/prod/validate", rule = {} }) =>
    liveWebhooks({
      kind: `${kind}WebhookConfiguration`,
      webhooks: [{ clientConfig: { url }, rules: [{ ...everything, ...rule }] }],
    }),
  );
  return uncalledPolicies(gate, "prod", webhooks).map(({ policy, missing }) => `${policy}: ${missing.join(", ")}`);
};

const PODS = "pods: CREATE pods, DELETE pods";
const EXECS = "execs: CONNECT pods/exec";
const MAPS = "maps: CREATE configmaps, UPDATE configmaps";
const mutating: Live = { kind: "Mutating", url: "https://h/c/prod/mutate/default" };

it.each<[name: string, live: Live[], missing: string[]]>([
  ["no webhook", [], [PODS, EXECS, MAPS]],
  ["webhooks for all resources", [{}, mutating], []],
  [
    "a webhook for each entry",
    [{ url: "https://h/c/prod/validate/default" }, { url: "https://h/c/prod/validate/exec" }, mutating],
    [],
  ],
  ["a webhook for one entry", [{ url: "https://h/c/prod/validate/exec" }], [PODS, MAPS]],
  ["a webhook for an entry that the gate does not have", [{ url: "https://h/c/prod/validate/old" }], [MAPS]],
  ["a webhook with a path below a prefix", [{ url: "https://h/gates/1/c/prod/validate/" }], [MAPS]],
  ["a webhook for another cluster", [{ url: "https://h/c/stage/validate" }], [PODS, EXECS, MAPS]],
  ["a validating webhook with a path for mutators", [{ url: "https://h/c/prod/mutate" }], [PODS, EXECS, MAPS]],
  [
    "webhooks with paths that are not a gate's",
    [{ url: "https://h/prod/validate" }, { url: "https://h/c/prod/validate/a/b/c" }, { url: "not a url" }],
    [PODS, EXECS, MAPS],
  ],
  ["rules without one operation", [{ rule: { operations: ["CREATE", "CONNECT"] } }, mutating], ["pods: DELETE pods"]],
  ["rules without subresources", [{ rule: { resources: ["*"] } }, mutating], [EXECS]],
  ["rules for another group", [{ rule: { apiGroups: ["apps"] } }, mutating], [PODS, EXECS]],
  ["rules for the version of their types", [{ rule: { apiVersions: ["v1"] } }, mutating], []],
  ["rules for another version", [{ rule: { apiVersions: ["v2"] } }, mutating], [PODS, EXECS]],
  ["rules for the version that the policy matches", [{}, { ...mutating, rule: { apiVersions: ["v1"] } }], []],
  ["rules for one scope of both", [{ rule: { scope: "Namespaced" } }, mutating], [PODS, EXECS]],
  ["a rule for each scope", [{ rule: { scope: "Namespaced" } }, { rule: { scope: "Cluster" } }, mutating], []],
  ["rules for the scope that the policy matches", [{}, { ...mutating, rule: { scope: "Namespaced" } }], []],
])("uncalledPolicies reports the missing calls for %s", (_name, live, missing) => {
  expect(uncalled(...live)).toEqual(missing);
});

it.each([
  [undefined],
  [{}],
  [{ webhooks: 3 }],
  [{ webhooks: [null, { rules: [7] }, { clientConfig: { service: {} } }] }],
])("liveWebhooks finds no webhook that calls the gate in %j", (configuration) => {
  expect(uncalledPolicies(gate, "prod", liveWebhooks(configuration))).toHaveLength(3);
});

const widgets = { apiGroups: ["example.com"], resources: ["widgets"], operations: ["CREATE"] } as const;
const divided = {
  ...gate,
  policies: [
    validator("first", { ...widgets, apiVersions: ["v1"] }),
    validator("second", { ...widgets, apiVersions: ["v2"] }),
  ],
  entries: {},
};

it.each<[name: string, paths: string[], missing: string[]]>([
  ["each part of an entry", ["default/v1", "default/v2"], []],
  ["one part of an entry", ["default/v2"], ["first"]],
  ["the whole entry", ["default"], []],
  ["a part that the entry does not have", ["default/v3"], []],
  ["a part of an entry that the gate does not have", ["old/v1"], []],
])("uncalledPolicies reports the policies of the other parts for a webhook for %s", (_name, paths, missing) => {
  const webhooks = paths.flatMap((path) =>
    liveWebhooks({
      kind: "ValidatingWebhookConfiguration",
      webhooks: [{ clientConfig: { url: `https://h/c/prod/validate/${path}` }, rules: [everything] }],
    }),
  );
  expect(uncalledPolicies(divided, "prod", webhooks).map(({ policy }) => policy)).toEqual(missing);
});
