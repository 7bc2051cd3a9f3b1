import {
  conversion,
  defineGate,
  type GateEntry,
  type KubernetesObject,
  type Policy,
  policy,
  warn,
} from "../../../src/index.ts";

/** A resource, and the versions in which policies judge it: `default` is a policy without `apiVersions`. */
interface Versioned {
  readonly name: string;
  readonly resource: string;
  readonly apiGroups?: readonly string[];
  readonly versions: readonly string[];
}

/** The resources of the suite, with versions that its cluster serves and, for some, one that it does not serve. */
export const versioned: readonly Versioned[] = [
  { name: "hpa", resource: "horizontalpodautoscalers", versions: ["v1", "v2", "default", "*"] },
  { name: "cronjob", resource: "cronjobs", versions: ["v1beta1", "v1", "default", "*"] },
  { name: "pdb", resource: "poddisruptionbudgets", versions: ["v1beta1", "v1", "default", "*"] },
  { name: "ingress", resource: "ingresses", versions: ["v1beta1", "v1", "default", "*"] },
  { name: "flowschema", resource: "flowschemas", versions: ["v1beta3", "v1", "default", "*"] },
  {
    name: "widget",
    resource: "widgets",
    apiGroups: ["versions.postern.dev"],
    versions: ["v1", "v2", "v3", "default", "*"],
  },
  {
    name: "sprocket",
    resource: "sprockets",
    apiGroups: ["versions.postern.dev"],
    versions: ["v1", "v2", "default", "*"],
  },
  { name: "event", resource: "events", versions: ["v1", "default"] },
  { name: "event-new", resource: "events", apiGroups: ["events.k8s.io"], versions: ["v1", "default"] },
  { name: "event-both", resource: "events", apiGroups: ["", "events.k8s.io"], versions: ["v1"] },
  { name: "binding", resource: "pods/binding", versions: ["default"] },
  { name: "old-binding", resource: "bindings", versions: ["default"] },
];

let calls = 0;

/** A policy that says in which version it saw an object. Each warning is different: the API server drops repeated ones. */
const teller = (name: string, { resource, apiGroups }: Versioned, version: string): Policy =>
  policy({
    name,
    match: {
      resources: [resource],
      ...(apiGroups === undefined ? {} : { apiGroups }),
      ...(version === "default" ? {} : { apiVersions: [version] }),
    },
    validate: ({ object, resource: { group, version: seen } }) => {
      calls += 1;
      const { apiVersion } = Object(object);
      const at = group === "" ? seen : `${group}/${seen}`;
      return warn(`saw ${apiVersion === at ? at : `${apiVersion} as ${at}`} #${calls}`);
    },
  });

const label = (version: string): string => (version === "*" ? "any" : version);
const select: GateEntry = { namespaceSelector: { matchLabels: { "postern.dev/suite": "versions" } } };
const policies: Policy[] = [];
const entries: Record<string, GateEntry> = {};
const everything: string[] = [];
for (const one of versioned) {
  const shared: string[] = [];
  for (const version of one.versions) {
    const alone = `${one.name}-${label(version)}-alone`;
    policies.push(teller(alone, one, version));
    entries[alone] = { ...select, policies: [alone] };
    for (const group of [shared, everything]) {
      const name = `${one.name}-${label(version)}-${group === shared ? "shared" : "all"}`;
      policies.push(teller(name, one, version));
      group.push(name);
    }
  }
  entries[`${one.name}-shared`] = { ...select, policies: shared };
}
policies.push(
  policy({
    name: "wildcard",
    match: { resources: ["*"], operations: ["CREATE"] },
    validate: ({ resource: { group, version } }) => {
      calls += 1;
      return warn(`saw ${group === "" ? version : `${group}/${version}`} #${calls}`);
    },
  }),
);
// A mutator on v2 beside one on the version that the client chose: two webhooks, each with its own object.
for (const apiVersions of [["v2"], ["*"]]) {
  const name = apiVersions[0] === "*" ? "stamp-any" : "stamp-v2";
  policies.push(
    policy({
      name,
      match: { resources: ["horizontalpodautoscalers"], apiVersions, operations: ["CREATE"] },
      mutate: (draft) => {
        draft.metadata ??= {};
        draft.metadata.annotations = {
          ...draft.metadata.annotations,
          [`postern.dev/${name}`]: String(draft.apiVersion),
        };
      },
    }),
  );
}
entries.mutators = { ...select, policies: ["stamp-v2", "stamp-any"] };
entries.everything = { ...select, policies: [...everything, "wildcard"] };

/** v1 has `spec.size`, v2 `spec.width`, v3 `spec.dimensions.width`. The hub is v2. */
const widgets = conversion({
  group: "versions.postern.dev",
  kind: "Widget",
  versions: ["v1", "v2", "v3"],
  hub: "v2",
  convert: {
    v1: {
      toHub: (widget) => withSpec(widget, { width: Object(widget.spec).size }),
      fromHub: (widget) => withSpec(widget, { size: Object(widget.spec).width }),
    },
    v3: {
      toHub: (widget) => withSpec(widget, { width: Object(Object(widget.spec).dimensions).width }),
      fromHub: (widget) => withSpec(widget, { dimensions: { width: Object(widget.spec).width } }),
    },
  },
});

/** v1 has `spec.size`, v2 `spec.width`. The hub is a version that the definition does not serve. */
const sprockets = conversion({
  group: "versions.postern.dev",
  kind: "Sprocket",
  versions: ["v1", "v2"],
  hub: "v2",
  convert: {
    v1: {
      toHub: (sprocket) => withSpec(sprocket, { width: Object(sprocket.spec).size }),
      fromHub: (sprocket) => withSpec(sprocket, { size: Object(sprocket.spec).width }),
    },
  },
});

function withSpec(widget: KubernetesObject, spec: object): object {
  return { ...widget, spec };
}

export default defineGate({
  name: "versions",
  policies,
  entries,
  conversions: [widgets, sprockets],
  clusters: { e2e: { identity: "none" } },
});
