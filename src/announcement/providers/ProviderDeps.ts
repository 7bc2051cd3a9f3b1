import type { EndpointView } from "../../trust/EndpointView.ts";
import type { CallHttp } from "../../trust/probe/callHttp.ts";
import { ProviderError } from "./ProviderError.ts";
import type { SecretSource } from "./providerSettings.ts";

/** Dependencies of a call to a provider. */
export interface ProviderDeps {
  readonly call: CallHttp;
  /** Time limit of each call. */
  readonly timeoutMs: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads a file by its path in the config. */
  readonly readFile: (path: string) => Promise<string>;
  /** Probes an endpoint. Never rejects. */
  readonly view: (base: string) => Promise<EndpointView>;
}

/** Reads a secret when it is needed. Throws {@link ProviderError} `missing-secret` with its source, never its value. */
export async function readSecret(
  source: SecretSource,
  { env, readFile }: Pick<ProviderDeps, "env" | "readFile">,
): Promise<string> {
  const where = "env" in source ? `the environment variable ${source.env}` : source.file;
  const text = "env" in source ? env[source.env] : await readFile(source.file).catch(() => undefined);
  const secret = text?.trim() ?? "";
  if (secret === "") throw new ProviderError("missing-secret", `${where} is empty or cannot be read`);
  if (!/^[\x21-\x7e]+$/.test(secret))
    throw new ProviderError(
      "missing-secret",
      `${where} does not contain a token: it has characters that an HTTP header must not have`,
    );
  return secret;
}
