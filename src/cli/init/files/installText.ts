import type { Project } from "../Project.ts";
import { trustRoots } from "./trustRoots.ts";

/** The config of `postern install` for the first cluster, which calls the gate in production. `x` is of its public signing key. */
export function installText({ runtime, clusters: [cluster], domains }: Project, x: string): string {
  return `# What postern install puts into the cluster ${cluster}, which calls the gate in production: the sync.
# In another cluster, change cluster. node_modules/postern/infra/helm/values.yaml has all keys.
components: [sync]
cluster: ${JSON.stringify(cluster)}
hosts: [${JSON.stringify(domains.production)}]
# Whose certificates the gate serves.
trust: { roots: [${trustRoots(runtime)}] }
# The public part of .secrets/signing-key.production.json.
selfTest: { publicKey: { kty: OKP, crv: Ed25519, x: ${JSON.stringify(x)} } }
# There is no published image: build it from the repository of Postern, and name it here.
images: { postern: "registry.example.com/postern:0.1.0" }
`;
}
