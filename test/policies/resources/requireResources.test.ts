import { expect, it } from "vitest";
import { type RequireResourcesOptions, requireResources } from "../../../src/policies/resources/requireResources.ts";
import { PolicyDefinitionError } from "../../../src/policy/define/PolicyDefinitionError.ts";
import { nativeOf } from "../faultsOf.ts";
import { denials, findings, judge } from "../judge.ts";
import { type Loose, reviewFrom } from "../reviewFrom.ts";

/** The lines of the denials for the missing quantities of a container. */
const lacks = (name: string, path: string, ...keys: string[]): string[] =>
  keys.map((key) => `require-resources: container '${name}' must set ${path}.resources.${key}`);
const ALL = ["requests.cpu", "requests.memory", "limits.memory"];

it.each<[fixture: string, messages: readonly string[]]>([
  ["validate-v1-create-pods-1", []],
  ["validate-v1-create-pods-2", lacks("bad", "spec.containers[0]", ...ALL)],
  ["validate-v1beta1-create-pods-2", lacks("bad", "spec.containers[0]", ...ALL)],
  ["validate-v1-update-pods-1", lacks("bad", "spec.containers[0]", ...ALL)],
  ["validate-v1-update-pods-ephemeralcontainers-1", []],
  ["validate-v1-create-deployments-1", lacks("web", "spec.template.spec.containers[0]", ...ALL)],
  ["validate-v1-create-statefulsets-1", lacks("db", "spec.template.spec.containers[0]", ...ALL)],
  ["validate-v1-create-cronjobs-1", lacks("job", "spec.jobTemplate.spec.template.spec.containers[0]", ...ALL)],
  ["validate-v1-delete-pods-1", []],
  ["validate-v1-delete-deployments-1", []],
  ["validate-v1-update-deployments-scale-1", []],
  ["validate-v1-create-services-1", []],
])("requireResources by default on %s returns the denials %j", async (fixture, messages) => {
  expect(await denials(requireResources({ onExisting: "deny" }), reviewFrom(fixture))).toEqual(messages);
});

it("requireResources by default warns of quantities that the Pod did not have before either", async () => {
  const messages = ALL.map((key) => `container 'bad' must set spec.containers[0].resources.${key}`);
  expect(await judge(requireResources(), reviewFrom("validate-v1-update-pods-1"), "validate")).toMatchObject({
    allowed: true,
    warnings: messages.map(
      (message) => `require-resources: not denied, because the object had this before: ${message}`,
    ),
    auditAnnotations: { "require-resources.existing": messages.join("; ") },
  });
});

it.each<[what: string, options: RequireResourcesOptions, resources: unknown, missing: readonly string[]]>([
  ["accepts complete resources", {}, { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "1Gi" } }, []],
  ["accepts limits as requests", {}, { limits: { cpu: "1", memory: "1Gi" } }, []],
  ["does not accept requests as limits", {}, { requests: { cpu: "1", memory: "1Gi" } }, ["limits.memory"]],
  [
    "does not accept limits as requests where the requests say zero",
    {},
    { requests: { cpu: "0", memory: "0" }, limits: { cpu: "32", memory: "64Gi" } },
    ["requests.cpu to at least 2m", "requests.memory to at least 1"],
  ],
  [
    "does not accept limits as requests where the requests are too small",
    { minimum: { memory: "64Mi" } },
    { requests: { memory: "1Ki" }, limits: { cpu: "1", memory: "1Gi" } },
    ["requests.memory to at least 64Mi"],
  ],
  [
    "accepts limits as requests where those are null",
    {},
    { requests: { cpu: null }, limits: { cpu: "1", memory: "1" } },
    [],
  ],
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
  [
    "does not accept CPU that the API server rounds up to 1m",
    {},
    { requests: { cpu: "1n", memory: "1Gi" }, limits: { memory: "1Gi" } },
    ["requests.cpu to at least 2m"],
  ],
  [
    "does not accept the 1m that the API server makes of it, nor 999u",
    { requests: ["cpu"], limits: ["cpu"] },
    { requests: { cpu: "1m" }, limits: { cpu: "999u" } },
    ["requests.cpu to at least 2m", "limits.cpu to at least 2m"],
  ],
  ["accepts 2m", { requests: ["cpu"], limits: ["cpu"] }, { limits: { cpu: "2m" } }, []],
  [
    "does not accept a fraction of a byte",
    { requests: ["memory"], limits: ["memory"] },
    { requests: { memory: "1m" }, limits: { memory: "512m" } },
    ["requests.memory to at least 1", "limits.memory to at least 1"],
  ],
  ["accepts a byte", { requests: ["memory"], limits: [] }, { requests: { memory: "1" } }, []],
  [
    "does not accept a negative quantity",
    { requests: ["cpu"], limits: [] },
    { requests: { cpu: "-1" } },
    ["requests.cpu"],
  ],
  [
    "requires the minimum of its options",
    { minimum: { cpu: "10m", memory: "16Mi" } },
    { requests: { cpu: "9m", memory: "16Mi" }, limits: { memory: "128" } },
    ["requests.cpu to at least 10m", "limits.memory to at least 16Mi"],
  ],
  [
    "accepts 1m with that minimum",
    { minimum: { cpu: "1m" }, limits: [] },
    { requests: { cpu: "1m", memory: "1" } },
    [],
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
  expect(await denials(requireResources(options), review)).toEqual(lacks("proxy", "spec.containers[0]", ...missing));
});

it.each<[what: string, change: (spec: Loose) => void, messages: readonly string[]]>([
  [
    "an init container",
    (spec) => {
      delete spec.initContainers[0].resources;
    },
    lacks("migrate", "spec.initContainers[0]", ...ALL),
  ],
  [
    "a native sidecar",
    (spec) => {
      spec.initContainers.unshift({ name: "log-🚀", image: "log:1", restartPolicy: "Always" });
    },
    lacks("log-🚀", "spec.initContainers[0]", ...ALL),
  ],
  [
    "each container that lacks something",
    (spec) => {
      delete spec.containers[0].resources.limits;
      delete spec.containers[1].resources.requests;
    },
    [...lacks("web", "spec.containers[0]", "limits.memory"), ...lacks("proxy", "spec.containers[1]", "requests.cpu")],
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
    lacks("web", "spec.containers[0]", "requests.cpu", "limits.memory"),
  ],
])("requireResources reports %s", async (_what, change, messages) => {
  const review = reviewFrom("validate-v1-create-pods-1", ({ spec }) => change(spec));
  expect(await denials(requireResources(), review)).toEqual(messages);
});

it.each<[fixture: string, path: string]>([
  ["validate-v1-create-pods-2", "spec.containers[0]"],
  ["validate-v1-create-cronjobs-1", "spec.jobTemplate.spec.template.spec.containers[0]"],
])("requireResources says where each quantity must be, in %s", async (fixture, path) => {
  expect(await findings(requireResources(), reviewFrom(fixture))).toMatchObject(
    ALL.map((key) => ({ effect: "deny", at: `${path}.resources.${key}` })),
  );
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
  ["a minimum of null", { minimum: null as never }, "options.minimum is not an object"],
  [
    "a quantity of null",
    { minimum: { cpu: null as never } },
    "options.minimum has cpu: null, which is not a quantity above zero",
  ],
  ["a minimum that is no object", { minimum: "2m" }, "options.minimum is not an object"],
  ["a minimum of another resource", { minimum: { gpu: "1" } }, "options.minimum has the unknown member gpu"],
  ["a minimum of zero", { minimum: { cpu: "0" } }, "options.minimum has cpu: 0, which is not a quantity above zero"],
  ["a minimum that is no quantity", { minimum: { memory: "16MB" } }, "options.minimum has memory: 16MB, which is not"],
  ["an unknown value of onExisting", { onExisting: "" }, 'onExisting is "", not "warn" or "deny"'],
  ["a flag that is a string", { podTemplates: "yes" }, "podTemplates is not true, false or a list of kinds"],
])("requireResources refuses %s in its options", (_what, options, message) => {
  const define = (): unknown => requireResources(options as RequireResourcesOptions);
  expect(define).toThrow(PolicyDefinitionError);
  expect(define).toThrow(message);
});

it("requireResources is native", () => {
  expect(nativeOf(requireResources())).toBe("yes");
});
