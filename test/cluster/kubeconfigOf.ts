import type { KeyPair } from "./TestCa.ts";

/** URL and credentials of an API server, in PEM. */
export interface ClusterAccess extends KeyPair {
  readonly server: string;
  readonly ca: string;
}

/** A kubeconfig with one cluster, one user and one context, in JSON, which is valid YAML. */
export function kubeconfigOf({ server, ca, cert, key }: ClusterAccess): string {
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server, "certificate-authority-data": base64(ca) } }],
    users: [{ name: "admin", user: { "client-certificate-data": base64(cert), "client-key-data": base64(key) } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "admin" } }],
    "current-context": "test",
  });
}
