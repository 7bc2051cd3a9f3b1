import { expect, it } from "vitest";
import { liveWebhooks } from "../../src/registration/LiveWebhook.ts";
import { uncalledPolicies } from "../../src/registration/uncalledPolicies.ts";
import { mutator, validator } from "./gateFor.ts";

const gate = {
  name: "g",
  policies: [
    validator("pods", { resources: ["pods"], operations: ["CREATE", "DELETE"], ephemeralContainers: false }),
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
  ["nothing is registered", [], [PODS, EXECS, MAPS]],
  ["all is", [{}, mutating], []],
  [
    "each entry is",
    [{ url: "https://h/c/prod/validate/default" }, { url: "https://h/c/prod/validate/exec" }, mutating],
    [],
  ],
  ["one entry is", [{ url: "https://h/c/prod/validate/exec" }], [PODS, MAPS]],
  ["an entry that the gate no longer knows runs all", [{ url: "https://h/c/prod/validate/old" }], [MAPS]],
  ["below a prefix", [{ url: "https://h/gates/1/c/prod/validate/" }], [MAPS]],
  ["another cluster's", [{ url: "https://h/c/stage/validate" }], [PODS, EXECS, MAPS]],
  ["the other half's path", [{ url: "https://h/c/prod/mutate" }], [PODS, EXECS, MAPS]],
  [
    "a path that is none of a gate's",
    [{ url: "https://h/prod/validate" }, { url: "https://h/c/prod/validate/a/b" }, { url: "not a url" }],
    [PODS, EXECS, MAPS],
  ],
  ["one operation is missing", [{ rule: { operations: ["CREATE", "CONNECT"] } }, mutating], ["pods: DELETE pods"]],
  ["resources without their subresources", [{ rule: { resources: ["*"] } }, mutating], [EXECS]],
  ["another group", [{ rule: { apiGroups: ["apps"] } }, mutating], [PODS, EXECS]],
  ["one version of all", [{ rule: { apiVersions: ["v1"] } }, mutating], [PODS, EXECS]],
  ["the version that is wanted", [{}, { ...mutating, rule: { apiVersions: ["v1"] } }], []],
  ["one scope of both", [{ rule: { scope: "Namespaced" } }, mutating], [PODS, EXECS]],
  ["both scopes, by a rule each", [{ rule: { scope: "Namespaced" } }, { rule: { scope: "Cluster" } }, mutating], []],
  ["the scope that is wanted", [{}, { ...mutating, rule: { scope: "Namespaced" } }], []],
])("%s", (_name, live, missing) => {
  expect(uncalled(...live)).toEqual(missing);
});

it.each([
  [undefined],
  [{}],
  [{ webhooks: 3 }],
  [{ webhooks: [null, { rules: [7] }, { clientConfig: { service: {} } }] }],
])("a configuration such as %j calls nobody", (configuration) => {
  expect(uncalledPolicies(gate, "prod", liveWebhooks(configuration))).toHaveLength(3);
});
