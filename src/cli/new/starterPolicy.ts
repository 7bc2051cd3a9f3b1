/** The names of a new policy. */
export interface StarterNames {
  /** Of the policy: `require-team`. */
  readonly name: string;
  /** In TypeScript: `requireTeam`. */
  readonly identifier: string;
}

/** The module of a new policy. It is small, and says what each part is for. */
export function starterPolicy({ name, identifier }: StarterNames): string {
  return `${importOf("deny, policy")}

/**
 * Say here what the policy is for. As it is, it denies Pods without the label team, also those that a Deployment, a Job or
 * another workload would create.
 */
export const ${identifier} = policy({
  name: "${name}",
  description: "Pods have the label team",

  // The objects that the policy is asked about, when they are created or updated.
  match: {
    resources: ["pods"],
    podTemplates: true,
    namespaces: { exclude: ["kube-*"] },
    // These can change labels too. Only the control plane and kubelets write them, and each would be a call.
    unasked: ["pods/binding", "pods/status"],
  },

  // What the policy says of one of them: nothing, deny("why"), warn("why"), or a list of these.
  validate: ({ object, path }) => {
    if (object.metadata?.labels?.team !== undefined) return [];
    const at = path("metadata", "labels");
    return deny(\`\${at} has no team\`, { at });
  },
});
`;
}

/** The table of a new policy. `gate` is the path of its gate from the table; undefined for that of the project. */
export function starterTable({ name }: StarterNames, gate: string | undefined): string {
  const gateLine = gate === undefined ? "" : `gate: ${JSON.stringify(gate)}\n`;
  return `# Cases of the policy ${name}: what comes in, and what is expected of the policy.
${gateLine}policy: ${name}
cases:
  - name: a Pod with a team is allowed
    manifest:
      apiVersion: v1
      kind: Pod
      metadata: { name: web, labels: { team: shop } }
      spec: { containers: [{ name: web, image: "registry.example.com/web:1.0" }] }
    expect: allowed

  - name: a Deployment whose Pods have no team is denied
    manifest:
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: web }
      spec:
        selector: { matchLabels: { app: web } }
        template:
          metadata: { labels: { app: web } }
          spec: { containers: [{ name: web, image: "registry.example.com/web:1.0" }] }
    expect: denied
    message: spec.template.metadata.labels has no team

  - name: a Pod of the system is not asked about
    namespace: kube-system
    manifest:
      apiVersion: v1
      kind: Pod
      metadata: { name: proxy }
      spec: { containers: [{ name: proxy, image: "registry.example.com/proxy:1.0" }] }
    expect: not judged
`;
}

/** The gate of a project that has none. Its cluster is in mode `warn`, so that the policy denies nobody yet. */
export function starterGate({ identifier }: StarterNames, importLine: string): string {
  return `${importOf("defineGate")}
${importLine}

export default defineGate({
  policies: [${identifier}],
  clusters: {
    // In mode warn a denial is a warning. Remove the mode to deny.
    // With the identity none every caller is answered: name the tier of your cluster before you serve the gate.
    local: { identity: "none", mode: "warn" },
  },
});
`;
}

function importOf(names: string): string {
  return `import { ${names} } from "postern";`;
}
