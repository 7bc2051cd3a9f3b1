import type { CallHttp } from "../../trust/probe/callHttp.ts";
import type { EndpointView } from "../../trust/probe/EndpointView.ts";
import { ProviderError } from "./ProviderError.ts";
import type { SecretSource } from "./providerSettings.ts";

/** What asking a provider needs of the world. */
export interface ProviderDeps {
  readonly call: CallHttp;
  /** For each call. In milliseconds. */
  readonly timeout: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads a file by the path that the config names. */
  readonly readFile: (path: string) => Promise<string>;
  /** Looks at an endpoint; never rejects. */
  readonly view: (base: string) => Promise<EndpointView>;
}

/** Reads a secret, at the time that it is needed. Throws {@link ProviderError} `missing-secret`, naming where it was sought. */
export async function readSecret(
  source: SecretSource,
  { env, readFile }: Pick<ProviderDeps, "env" | "readFile">,
): Promise<string> {
  const where = "env" in source ? `the environment variable ${source.env}` : source.file;
  const text = "env" in source ? env[source.env] : await readFile(source.file).catch(() => undefined);
  const secret = text?.trim() ?? "";
  if (secret === "") throw new ProviderError("missing-secret", `${where} is empty, or cannot be read`);
  if (!/^[\x21-\x7e]+$/.test(secret))
    throw new ProviderError("missing-secret", `${where} holds no token: it has spaces or worse in it`);
  return secret;
}
