import { InputFolder } from "../InputFolder.ts";
import { insideFolder } from "../insideFolder.ts";
import { type Ran, runPostern, type Surroundings } from "../runPostern.ts";

/** A gate with policies of each kind: validators, a mutator, one that throws, one with parameters, one that is slow to match. */
export const TEST_GATE = `import { defineGate, deny, policy, validations, warn } from "postern";

const team = policy({
  name: "team",
  match: { resources: ["pods"], podTemplates: true, namespaces: { exclude: ["kube-*"] } },
  validate: ({ object, path, user }) => {
    if (user.groups.includes("robots")) return [];
    if (object.metadata?.labels?.team === "old") return warn("team old is going away", { at: path("metadata", "labels", "team") });
    return object.metadata?.labels?.team === undefined ? deny(\`\${path("metadata", "labels")} has no team\`, { at: path("metadata", "labels") }) : undefined;
  },
});
const stamp = policy({
  name: "stamp",
  match: { resources: ["configmaps", "secrets"], operations: ["CREATE"] },
  mutate: (draft) => {
    draft.metadata = { ...draft.metadata, annotations: { stamped: "yes", ...draft.metadata?.annotations } };
  },
});
const labelled = policy({
  name: "labelled",
  match: {
    resources: ["services"],
    apiGroups: [""],
    namespaces: { include: ["shop-*", "lab"] },
    labels: { matchExpressions: [{ key: "tier", operator: "In", values: ["web", "db"] }] },
  },
  validate: ({ object }) => (object.spec?.type === "LoadBalancer" ? deny("no load balancers") : undefined),
});
const scaled = policy({
  name: "scaled",
  match: { resources: ["horizontalpodautoscalers"], apiVersions: ["v2"] },
  validate: () => deny("no scaling"),
});
const broken = policy({
  name: "broken",
  match: { resources: ["nodes"] },
  validate: () => { throw new RangeError("a fault of the policy"); },
});
const sized = policy({
  name: "sized",
  match: { resources: ["deployments"] },
  params: { parse: (value: unknown) => { if (typeof Object(value).max !== "number") throw new Error("max is missing"); return Object(value) as { max: number }; } },
  validate: ({ object, params, oldObject }) => (object.spec?.replicas ?? 1) > params.max ? deny(\`more than \${params.max} replicas, was \${oldObject?.spec?.replicas ?? 0}\`) : undefined,
});
const ports = policy({
  name: "ports",
  match: { resources: ["pods"], operations: ["CREATE"], ephemeralContainers: false, resize: false },
  validate: validations((on) => [
    on("spec", { fault: (spec) => spec.hostNetwork === true, at: "hostNetwork", message: (_, { at }) => \`\${at} is true\` }),
    on("containers[].ports[]", { fault: (port) => port.hostPort !== undefined, at: "hostPort", message: (_, { at }) => \`\${at} is set\` }),
  ]),
});
const noLatest = policy({
  name: "no-latest",
  match: { resources: ["pods"] },
  validate: ({ containers }) => containers().flatMap(({ container, path }) => container.image?.endsWith(":latest") ? [deny(\`\${path}.image is latest\`, { at: \`\${path}.image\` })] : []),
});

export default defineGate({
  policies: [team, stamp, labelled, scaled, broken, sized, ports, noLatest],
  clusters: {
    strict: { identity: "none", params: { sized: { max: 3 } } },
    soft: { identity: "none", mode: "warn", params: { sized: { max: 9 } } },
  },
});
`;

/** A Pod in the flow style of YAML. */
export const POD =
  '{ apiVersion: v1, kind: Pod, metadata: { name: web }, spec: { containers: [{ name: web, image: "web:1" }] } }';
/** A Pod with a team. */
export const TEAM_POD = POD.replace("name: web }", "name: web, labels: { team: shop } }");
/** A ConfigMap. */
export const CONFIG_MAP = "{ apiVersion: v1, kind: ConfigMap, metadata: { name: a } }";

/** A folder with the gate of these tests in `gate.ts`. */
export class TableFolder extends InputFolder {
  constructor() {
    super();
    this.write("gate.ts", TEST_GATE);
  }

  /** Runs `postern test` in the folder, with its gate. */
  test(args: readonly string[] = [], around: Surroundings = {}): Promise<Ran> {
    return insideFolder(this.path, () => runPostern(["test", "--gate", "gate.ts", ...args], around));
  }

  /** Writes one table and runs it. */
  run(table: string, ...args: readonly string[]): Promise<Ran> {
    this.write("a.test.yaml", table);
    return this.test(["a.test.yaml", ...args]);
  }
}

/** A table with one case: a line for each field. */
export function oneCase(...fields: readonly string[]): string {
  return `cases:\n  - name: one\n${fields.map((field) => `    ${field}\n`).join("")}`;
}
