import type { InstallConfig } from "../config/installSchema.ts";

const KUBECTL = "kubectl -n postern-system create";

/** What must be in the cluster and is not printed, a line for each. Secrets are in no config. */
export function installNotes({
  components,
  identity,
  issuer,
  providerSecret,
  imagePullSecrets,
  tlsSidecar,
}: InstallConfig): string[] {
  const has = (name: InstallConfig["components"][number]): boolean => components.includes(name);
  const gate = has("gate");
  const notes: (string | false | undefined)[] = [
    (gate || has("rollout")) && "cert-manager must be installed: it issues the certificates",
    gate &&
      `the Secret postern-gate-signing-key must exist, or self-tests are unsigned: ${KUBECTL} secret generic postern-gate-signing-key --from-file key.jwk`,
    gate &&
      identity.tiers.includes("capability") &&
      `the Secret postern-gate-capability-keys must exist: ${KUBECTL} secret generic postern-gate-capability-keys --from-file keys.json`,
    gate &&
      identity.tiers.includes("client-certificate") &&
      identity.clientCertificates === undefined &&
      `the ConfigMap postern-gate-client-ca must exist: ${KUBECTL} configmap postern-gate-client-ca --from-file ca.pem`,
    gate &&
      issuer.kind === "acme-dns01" &&
      issuer.dns01 === undefined &&
      `the Secret postern-gate-dns must exist: ${KUBECTL} secret generic postern-gate-dns --from-literal api-token=TOKEN`,
    providerSecret !== undefined &&
      `the Secret ${providerSecret} must exist in postern-system, with the token of the provider`,
    imagePullSecrets.length > 0 &&
      `these Secrets must exist in each namespace: ${imagePullSecrets.map(({ name }) => name).join(", ")}`,
    has("tls-sidecar") && `the Secrets tls-main and tls-standby must exist in ${tlsSidecar.namespace}`,
  ];
  return notes.filter((note) => typeof note === "string");
}
