import { annotate, defineGate, deny, policy, warn } from "../../../src/index.ts";
import { addLabels, denyLabels, injectSidecar } from "../../../src/policies/index.ts";

/** Selects only the namespaces of the suite, because other suites share the cluster. */
const namespaceSelector = { matchLabels: { "postern.dev/suite": "operations" } };

/** A mutator in a separate entry. The API server calls it after the others, and then reinvokes those. */
const late = addLabels({ name: "late-labels", labels: { "example.com/late": "yes" } });

/** One policy for each kind of request that the API server sends as a review. */
const policies = [
  denyLabels(),
  policy({
    name: "team-label",
    match: { resources: ["pods"], podTemplates: true, operations: ["CREATE"] },
    validate: ({ object, path }) =>
      object.metadata?.labels?.team === undefined
        ? deny(`${path("metadata", "labels")} has no team`, { code: 422, reason: "Invalid" })
        : annotate("team", object.metadata.labels.team),
  }),
  policy({
    name: "registry",
    match: { resources: ["pods"] },
    validate: ({ containers }) =>
      [...containers()].flatMap(({ container, path }) =>
        container.image?.startsWith("registry.example.com/")
          ? []
          : [warn(`${path}.image is from elsewhere: ünïcödé 🚪`)],
      ),
  }),
  policy({
    name: "no-debug-image",
    match: { resources: ["pods"] },
    validate: ({ containers }) =>
      [...containers()].flatMap(({ container, path }) =>
        container.image?.includes("debugger") ? [deny(`${path}.image is a debugger's`)] : [],
      ),
  }),
  policy({
    name: "no-update-of-locked",
    match: { resources: ["configmaps"], operations: ["UPDATE"] },
    validate: ({ object, oldObject }) =>
      oldObject?.data?.locked === "true" && object.data?.value !== oldObject.data.value
        ? deny("data.value is locked", { code: 409, reason: "Conflict" })
        : undefined,
  }),
  policy({
    name: "no-delete-of-kept",
    match: { resources: ["configmaps"], operations: ["DELETE"] },
    validate: ({ oldObject }) => (oldObject?.data?.keep === "true" ? deny("data.keep says to keep it") : undefined),
  }),
  policy({
    name: "no-shell",
    match: { resources: ["pods/exec"], operations: ["CONNECT"] },
    validate: ({ object, name }) =>
      object?.command?.[0] === "sh"
        ? deny(`no shell in ${name}`)
        : annotate("command", object?.command?.join(" ") ?? ""),
  }),
  policy({
    name: "scale-limit",
    match: { resources: ["deployments/scale"], operations: ["UPDATE"] },
    validate: ({ object }) =>
      (object.spec?.replicas ?? 0) > 5 ? deny(`${object.spec?.replicas} replicas are more than 5`) : undefined,
  }),
  policy({
    name: "no-eviction-of-singletons",
    match: { resources: ["pods/eviction"], operations: ["CREATE"] },
    validate: ({ name }) => (name.startsWith("single") ? deny(`${name} is the only one`, { code: 429 }) : undefined),
  }),
  policy({
    name: "no-binding-to-reserved",
    match: { resources: ["pods/binding"], operations: ["CREATE"] },
    validate: ({ object }) =>
      object.target.name?.startsWith("reserved") ? deny(`${object.target.name} is reserved`) : undefined,
  }),
  addLabels({ labels: { "example.com/checked": "yes" } }),
  injectSidecar({
    initContainers: [{ name: "proxy", image: "registry.example.com/proxy:1.4", restartPolicy: "Always" }],
  }),
];

/** A gate with a policy for each kind of request, in two entries. */
export default defineGate({
  name: "operations",
  policies: [...policies, late],
  entries: {
    all: { policies: policies.map(({ name }) => name), namespaceSelector },
    late: { policies: [late.name], namespaceSelector },
  },
  clusters: { e2e: { identity: "none" } },
});
