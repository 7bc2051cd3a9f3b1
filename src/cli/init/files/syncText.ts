import type { Project } from "../Project.ts";
import { trustRoots } from "./trustRoots.ts";

/** The config of `postern sync` in the first cluster, for the gate in production. `x` is of its public signing key. */
export function syncText({ runtime, clusters: [cluster], domains }: Project, x: string): string {
  return `# The config of postern sync in the cluster ${cluster}, which calls the gate in production.
# In another cluster, change cluster. For the gate in staging, change url, hosts and publicKey.
gate: postern
cluster: ${JSON.stringify(cluster)}
url: https://${domains.production}
# Whose certificates the gate serves: cloudflare, aws, letsencrypt, google, sslcom, sectigo, or a file with roots in PEM.
trust: { mode: pin, roots: [${trustRoots(runtime)}] }
# The public part of .secrets/signing-key.production.json.
selfTest: { publicKey: { kty: OKP, crv: Ed25519, x: ${JSON.stringify(x)} } }
soak: 24h
# The hosts that the sync may write into URLs.
hosts: [${JSON.stringify(domains.production)}]
`;
}
