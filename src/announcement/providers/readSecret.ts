import type { ProviderDeps } from "./ProviderDeps.ts";
import { ProviderError } from "./ProviderError.ts";
import type { SecretSource } from "./providerSettings.ts";

/** Dependencies of {@link readSecret}. */
export type SecretDeps = Pick<ProviderDeps, "env" | "readToken" | "secrets">;

/**
 * Reads a secret when it is needed, and keeps it in `secrets`. Throws {@link ProviderError} `missing-secret` with its source,
 * never its value. A ServiceAccount token of Kubernetes is only returned if it is bound to the receiver: its audience names
 * the receiver's host or origin.
 */
export async function readSecret(
  source: SecretSource,
  receiver: string,
  { env, readToken, secrets }: SecretDeps,
): Promise<string> {
  const where = "env" in source ? `the environment variable ${source.env}` : source.file;
  const text = "env" in source ? env[source.env] : await readToken(source.file);
  const secret = text?.trim() ?? "";
  if (secret === "") throw new ProviderError("missing-secret", `${where} is empty or cannot be read`);
  secrets?.add(secret);
  if (!/^[\x21-\x7e]+$/.test(secret))
    throw new ProviderError(
      "missing-secret",
      `${where} does not contain a token: it has characters that an HTTP header must not have`,
    );
  if (isForOthers(secret, new URL(receiver)))
    throw new ProviderError(
      "missing-secret",
      `${where} has a ServiceAccount token of Kubernetes that is not for ${new URL(receiver).host}: expected the provider's token`,
    );
  return secret;
}

/** Whether a token is a ServiceAccount's (`sub` and the private claims of Kubernetes) and names other receivers in `aud` only. */
function isForOthers(token: string, { host, origin, hostname }: URL): boolean {
  const claims = claimsOf(token);
  if (claims === undefined) return false;
  const { sub, aud } = claims;
  const isServiceAccount =
    (typeof sub === "string" && sub.startsWith("system:serviceaccount:")) ||
    Object.keys(claims).some((name) => name.startsWith("kubernetes.io"));
  return isServiceAccount && ![aud].flat().some((it) => it === host || it === hostname || it === origin);
}

/** The payload of a JWT (RFC 7519), unverified. */
function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  const [, payload, ...rest] = token.split(".");
  if (payload === undefined || rest.length !== 1) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
