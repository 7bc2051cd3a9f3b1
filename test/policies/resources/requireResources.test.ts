import { expect, it } from "vitest";
import { type RequireResourcesOptions, requireResources } from "../../../src/policies/resources/requireResources.ts";
import { PolicyDefinitionError } from "../../../src/policy/define/PolicyDefinitionError.ts";
import { denials, judge } from "../judge.ts";
import { type Loose, reviewFrom } from "../reviewFrom.ts";

const lacks = (name: string, path: string, ...keys: string[]): string =>
  `container '${name}' must set ${keys.map((key) => `${path}.resources.${key}`).join(" and ")}`;
const ALL = ["requests.cpu", "requests.memory", "limits.memory"];

it.each<[fixture: string, messages: readonly string[]]>([
  ["validate-v1-create-pods-1", []],
  ["validate-v1-create-pods-2", [lacks("bad", "spec.containers[0]", ...ALL)]],
  ["validate-v1beta1-create-pods-2", [lacks("bad", "spec.containers[0]", ...ALL)]],
  ["validate-v1-update-pods-1", [lacks("bad", "spec.containers[0]", ...ALL)]],
  ["validate-v1-update-pods-ephemeralcontainers-1", []],
  ["validate-v1-create-deployments-1", [lacks("web", "spec.template.spec.containers[0]", ...ALL)]],
  ["validate-v1-create-statefulsets-1", [lacks("db", "spec.template.spec.containers[0]", ...ALL)]],
  ["validate-v1-create-cronjobs-1", [lacks("job", "spec.jobTemplate.spec.template.spec.containers[0]", ...ALL)]],
  ["validate-v1-delete-pods-1", []],
  ["validate-v1-delete-deployments-1", []],
  ["validate-v1-update-deployments-scale-1", []],
  ["validate-v1-create-services-1", []],
])("requireResources by default on %s returns the denials %j", async (fixture, messages) => {
  expect(await denials(requireResources(), reviewFrom(fixture))).toEqual(messages);
});

it.each<[what: string, options: RequireResourcesOptions, resources: unknown, missing: readonly string[]]>([
  ["accepts complete resources", {}, { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "1Gi" } }, []],
  ["accepts limits as requests", {}, { limits: { cpu: "1", memory: "1Gi" } }, []],
  ["does not accept requests as limits", {}, { requests: { cpu: "1", memory: "1Gi" } }, ["limits.memory"]],
  ["accepts a number", {}, { limits: { cpu: 1, memory: 1024 } }, []],
  ["accepts an exponent", {}, { limits: { cpu: "1e-1", memory: "1E9" } }, []],
  ["does not accept zero", {}, { requests: { cpu: "0", memory: "0Mi" }, limits: { memory: "0.0" } }, ALL],
  [
    "does not accept the number zero",
    { limits: ["memory"], requests: [] },
    { limits: { memory: 0 } },
    ["limits.memory"],
  ],
  [
    "does not accept an empty quantity",
    { limits: ["memory"], requests: [] },
    { limits: { memory: "" } },
    ["limits.memory"],
  ],
  ["does not accept an invalid quantity", {}, { limits: { cpu: "much", memory: {} } }, ALL],
  ["requires the resources of its options", { requests: ["cpu"], limits: ["cpu"] }, {}, ["requests.cpu", "limits.cpu"]],
  ["requires only a limit", { requests: [], limits: ["cpu"] }, { requests: { cpu: "1" } }, ["limits.cpu"]],
  ["denies a container without resources", {}, undefined, ALL],
  ["denies resources that are null", {}, null, ALL],
  ["denies resources that are a string", {}, "1Gi", ALL],
  ["denies requests that are a list", {}, { requests: [], limits: null }, ALL],
  ["ignores a member named __proto__", {}, JSON.parse('{"__proto__": {"limits": {"cpu": "1", "memory": "1"}}}'), ALL],
])("requireResources %s", async (_what, options, resources, missing) => {
  const review = reviewFrom("validate-v1-create-pods-1", ({ spec }) => {
    spec.initContainers = null;
    spec.containers = [{ name: "proxy", image: "proxy:1", resources }];
  });
  const expected = missing.length === 0 ? [] : [lacks("proxy", "spec.containers[0]", ...missing)];
  expect(await denials(requireResources(options), review)).toEqual(expected);
});

it.each<[what: string, change: (spec: Loose) => void, messages: readonly string[]]>([
  [
    "an init container",
    (spec) => {
      delete spec.initContainers[0].resources;
    },
    [lacks("migrate", "spec.initContainers[0]", ...ALL)],
  ],
  [
    "a native sidecar",
    (spec) => {
      spec.initContainers.unshift({ name: "log-🚀", image: "log:1", restartPolicy: "Always" });
    },
    [lacks("log-🚀", "spec.initContainers[0]", ...ALL)],
  ],
  [
    "each container that lacks something",
    (spec) => {
      delete spec.containers[0].resources.limits;
      delete spec.containers[1].resources.requests;
    },
    [lacks("web", "spec.containers[0]", "limits.memory"), lacks("proxy", "spec.containers[1]", "requests.cpu")],
  ],
  [
    "no container when the Pod declares all resources",
    (spec) => {
      spec.resources = { requests: { cpu: "1" }, limits: { memory: "1Gi" } };
      for (const container of [...spec.containers, ...spec.initContainers]) container.resources = {};
    },
    [],
  ],
  [
    "the resources that neither Pod nor container declares",
    (spec) => {
      spec.resources = { requests: { memory: "1Gi" } };
      spec.containers[0].resources = {};
    },
    [lacks("web", "spec.containers[0]", "requests.cpu", "limits.memory")],
  ],
])("requireResources reports %s", async (_what, change, messages) => {
  const review = reviewFrom("validate-v1-create-pods-1", ({ spec }) => change(spec));
  expect(await denials(requireResources(), review)).toEqual(messages);
});

it("requireResources counts the resources of the whole Pod in a template", async () => {
  const review = reviewFrom("validate-v1-create-cronjobs-1", ({ spec }) => {
    spec.jobTemplate.spec.template.spec.resources = { limits: { cpu: "1", memory: "1Gi" } };
  });
  expect(await denials(requireResources(), review)).toEqual([]);
});

it("requireResources does not check templates with podTemplates: false", async () => {
  const policy = requireResources({ podTemplates: false });
  expect(await denials(policy, reviewFrom("validate-v1-create-deployments-1"))).toEqual([]);
  expect(await denials(policy, reviewFrom("validate-v1-create-pods-2"))).not.toEqual([]);
});

it("requireResources fails and denies for a Pod without a spec", async () => {
  const review = reviewFrom("validate-v1-create-pods-1", (object) => {
    delete object.spec;
  });
  expect(await judge(requireResources(), review, "validate", { failing: true })).toMatchObject({
    allowed: false,
    code: 500,
  });
});

it.each<[what: string, options: object, message: string]>([
  ["a misspelled option", { limit: ["cpu"] }, "options.limit is unknown"],
  ["an unknown resource", { limits: ["gpu"] }, "options.limits is not a list of cpu, memory"],
  ["a string for a list", { requests: "cpu" }, "options.requests is not a list of cpu, memory"],
  ["empty lists", { requests: [], limits: [] }, "options.requests and limits are empty: the policy requires nothing"],
  ["a flag that is a string", { podTemplates: "yes" }, "podTemplates is not true or false"],
])("requireResources refuses %s in its options", (_what, options, message) => {
  const define = (): unknown => requireResources(options as RequireResourcesOptions);
  expect(define).toThrow(PolicyDefinitionError);
  expect(define).toThrow(message);
});
