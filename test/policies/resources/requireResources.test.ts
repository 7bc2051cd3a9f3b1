import { expect, it } from "vitest";
import { type RequireResourcesOptions, requireResources } from "../../../src/policies/resources/requireResources.ts";
import { PolicyDefinitionError } from "../../../src/policy/define/PolicyDefinitionError.ts";
import { denials, judge } from "../judge.ts";
import { type Loose, reviewFrom } from "../reviewFrom.ts";

const lacks = (name: string, path: string, ...places: string[]): string =>
  `container '${name}' must set ${places.map((place) => `${path}.resources.${place}`).join(" and ")}`;
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
])("by default, on %s says %j", async (fixture, messages) => {
  expect(await denials(requireResources(), reviewFrom(fixture))).toEqual(messages);
});

it.each<[what: string, options: RequireResourcesOptions, resources: unknown, missing: readonly string[]]>([
  ["takes all", {}, { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "1Gi" } }, []],
  ["takes limits for requests", {}, { limits: { cpu: "1", memory: "1Gi" } }, []],
  ["takes no requests for limits", {}, { requests: { cpu: "1", memory: "1Gi" } }, ["limits.memory"]],
  ["takes a number", {}, { limits: { cpu: 1, memory: 1024 } }, []],
  ["takes an exponent", {}, { limits: { cpu: "1e-1", memory: "1E9" } }, []],
  ["takes no zeros", {}, { requests: { cpu: "0", memory: "0Mi" }, limits: { memory: "0.0" } }, ALL],
  ["takes no number zero", { limits: ["memory"], requests: [] }, { limits: { memory: 0 } }, ["limits.memory"]],
  ["takes no empty quantity", { limits: ["memory"], requests: [] }, { limits: { memory: "" } }, ["limits.memory"]],
  ["takes nothing for a quantity that is none", {}, { limits: { cpu: "much", memory: {} } }, ALL],
  ["demands what it is told", { requests: ["cpu"], limits: ["cpu"] }, {}, ["requests.cpu", "limits.cpu"]],
  ["demands a limit only", { requests: [], limits: ["cpu"] }, { requests: { cpu: "1" } }, ["limits.cpu"]],
  ["has no resources to look at", {}, undefined, ALL],
  ["has null to look at", {}, null, ALL],
  ["has a string to look at", {}, "1Gi", ALL],
  ["has lists to look at", {}, { requests: [], limits: null }, ALL],
  ["is not fooled by __proto__", {}, JSON.parse('{"__proto__": {"limits": {"cpu": "1", "memory": "1"}}}'), ALL],
])("%s", async (_what, options, resources, missing) => {
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
    "no container, where the Pod as a whole declares all",
    (spec) => {
      spec.resources = { requests: { cpu: "1" }, limits: { memory: "1Gi" } };
      for (const container of [...spec.containers, ...spec.initContainers]) container.resources = {};
    },
    [],
  ],
  [
    "what the Pod as a whole leaves open",
    (spec) => {
      spec.resources = { requests: { memory: "1Gi" } };
      spec.containers[0].resources = {};
    },
    [lacks("web", "spec.containers[0]", "requests.cpu", "limits.memory")],
  ],
])("reports %s", async (_what, change, messages) => {
  const review = reviewFrom("validate-v1-create-pods-1", ({ spec }) => change(spec));
  expect(await denials(requireResources(), review)).toEqual(messages);
});

it("counts what a template declares for the Pod as a whole", async () => {
  const review = reviewFrom("validate-v1-create-cronjobs-1", ({ spec }) => {
    spec.jobTemplate.spec.template.spec.resources = { limits: { cpu: "1", memory: "1Gi" } };
  });
  expect(await denials(requireResources(), review)).toEqual([]);
});

it("leaves templates alone when told so", async () => {
  const policy = requireResources({ podTemplates: false });
  expect(await denials(policy, reviewFrom("validate-v1-create-deployments-1"))).toEqual([]);
  expect(await denials(policy, reviewFrom("validate-v1-create-pods-2"))).not.toEqual([]);
});

it("denies by its name for a Pod without a spec", async () => {
  const review = reviewFrom("validate-v1-create-pods-1", (object) => {
    delete object.spec;
  });
  expect(await judge(requireResources(), review, "validate", { failing: true })).toMatchObject({
    allowed: false,
    code: 500,
  });
});

it.each<[what: string, options: object, message: string]>([
  ["a misspelt option", { limit: ["cpu"] }, "options.limit is unknown"],
  ["an unknown resource", { limits: ["gpu"] }, "options.limits is not a list of cpu, memory"],
  ["a string for a list", { requests: "cpu" }, "options.requests is not a list of cpu, memory"],
  ["nothing to demand", { requests: [], limits: [] }, "the policy would demand nothing"],
  ["a flag that is a string", { podTemplates: "yes" }, "podTemplates is not true or false"],
])("refuses %s as options", (_what, options, message) => {
  const define = (): unknown => requireResources(options as RequireResourcesOptions);
  expect(define).toThrow(PolicyDefinitionError);
  expect(define).toThrow(message);
});
