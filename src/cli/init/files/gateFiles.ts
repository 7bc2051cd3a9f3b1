import { starterPolicy, starterTable } from "../../new/starterPolicy.ts";
import type { Project, ProjectFile } from "../Project.ts";

const NAMES = { name: "require-team", identifier: "requireTeam" };

/** The gate, its policy, their tests, and a manifest that CI reviews. */
export function gateFiles(project: Project): ProjectFile[] {
  return [
    { path: "gate.ts", content: gateText(project) },
    { path: "gate.test.yaml", content: tableText(project) },
    { path: "policies/require-team.ts", content: starterPolicy(NAMES) },
    { path: "policies/require-team.test.yaml", content: starterTable(NAMES, "../gate.ts") },
    { path: "manifests/web.yaml", content: MANIFEST },
  ];
}

function gateText(project: Project): string {
  const tier = project.mtls ? `import { clientCertificate } from "postern/identity";\n` : "";
  const tiers = project.mtls ? "  tiers: [clientCertificate()],\n" : "";
  return `import { defineGate } from "postern";
${tier}import { packs } from "postern/policies";
import { requireTeam } from "./policies/require-team.ts";

// What nearly all workloads meet already. In mode warn a denial is a warning. Read them for a week, and then remove the mode.
const baseline = packs.baseline({ mode: "warn" });

export default defineGate({
  policies: [requireTeam, ...baseline.policies],
${tiers}  clusters: {
${project.mtls ? MTLS_NOTE : NONE_NOTE}
${project.clusters.map((cluster) => clusterText(project, cluster)).join("\n")}
  },
});
`;
}

const NONE_NOTE = `    // With the identity none, whoever reaches the URL gets verdicts. Step 4 of README.md: name who may call.`;
const MTLS_NOTE = `    // The subject of the client certificate that the API server presents. Step 3 of README.md has the command that prints it.`;

function clusterText({ mtls, records }: Project, cluster: string): string {
  const identity = mtls ? `[{ tier: "client-certificate", subjects: ["CN=kube-apiserver,O=${cluster}"] }]` : `"none"`;
  const profile = records === "compliance" ? `, records: { profile: "compliance" }` : "";
  return `    ${JSON.stringify(cluster)}: { identity: ${identity}, modes: baseline.modes${profile} },`;
}

/** A case of the gate in a cluster: there, the pack warns. */
function tableText({ clusters: [cluster] }: Project): string {
  return `# Cases of the gate in a cluster, where modes count.
gate: gate.ts
cluster: ${JSON.stringify(cluster)}
cases:
  - name: a Pod without a team is denied
    policy: require-team
    manifest:
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec: { containers: [{ name: web, image: "registry.example.com/web:1.0" }] }
    expect: denied
    message: metadata.labels has no team

  - name: the pack warns of a privileged container, and does not deny it yet
    policy: pod-security-baseline
    manifest:
      apiVersion: v1
      kind: Pod
      metadata: { name: web, labels: { team: shop } }
      spec:
        containers:
          - name: web
            image: "registry.example.com/web:1.0"
            securityContext: { privileged: true }
    expect: warned
    message: privileged
`;
}

const MANIFEST = `# What CI reviews with \`npm run review\`. Put the manifests of your cluster here, or name their folder in package.json.
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, labels: { team: shop } }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web, team: shop } }
    spec: { containers: [{ name: web, image: "registry.example.com/web:1.0" }] }
`;
