import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { importPKCS8, type JSONWebKeySet, SignJWT } from "jose";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import type { ClusterClient } from "../../cluster/ClusterClient.ts";

/** The issuer of the test cluster. */
export const CLUSTER_ISSUER = "https://kubernetes.default.svc";

/** A ServiceAccount. */
export interface ServiceAccountName {
  readonly namespace: string;
  readonly name: string;
}

/** Creates a ServiceAccount and its namespace. */
export async function createServiceAccount({ api }: ClusterClient, account: ServiceAccountName): Promise<void> {
  await api.create("/api/v1/namespaces", { metadata: { name: account.namespace } });
  const path = `/api/v1/namespaces/${account.namespace}/serviceaccounts`;
  const { status, body } = await api.create(path, { metadata: { name: account.name } });
  if (status !== 201) throw new Error(body.message);
}

/** Asks the API server for a token: a TokenRequest with `spec`. Resolves to the token. */
export async function requestToken(
  { api }: ClusterClient,
  { namespace, name }: ServiceAccountName,
  spec: KubeObject,
): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const { status, body } = await api.create(path, { spec });
  if (status !== 201) throw new Error(body.message);
  return body.status.token;
}

/** The keys that the API server publishes. */
export async function publishedKeys(cluster: ClusterClient): Promise<JSONWebKeySet> {
  const { code, stdout, stderr } = await cluster.kubectl(["get", "--raw", "/openid/v1/jwks"]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** Times of a token, in seconds since 1970. */
export interface TokenTimes {
  readonly iat: number;
  readonly exp: number;
}

/** Signs a token with the key of the API server, with times that no TokenRequest gives. */
export async function signAsCluster(
  cluster: ClusterClient,
  { namespace, name }: ServiceAccountName,
  audience: readonly string[],
  { iat, exp }: TokenTimes,
): Promise<string> {
  const key = await importPKCS8(await readFile(join(cluster.place.folder, "accounts-key.pem"), "utf8"), "ES256");
  const [published] = (await publishedKeys(cluster)).keys;
  return new SignJWT({})
    .setProtectedHeader({ alg: "ES256", kid: published?.kid ?? "" })
    .setIssuer(CLUSTER_ISSUER)
    .setSubject(`system:serviceaccount:${namespace}:${name}`)
    .setAudience([...audience])
    .setIssuedAt(iat)
    .setNotBefore(iat)
    .setExpirationTime(exp)
    .sign(key);
}
