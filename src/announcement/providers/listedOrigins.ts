import { ProviderError } from "./ProviderError.ts";

/** The environment variable that lists further origins that credentials may be sent to. A config cannot set it. */
export const ORIGINS_VARIABLE = "POSTERN_PROVIDER_HOSTS";

/**
 * The origins of {@link ORIGINS_VARIABLE}: hosts with an optional port, for https, or whole origins, as in
 * `http://127.0.0.1:8080`. Separated by commas or blanks. What is neither is left out.
 */
export function listedOrigins(env: Readonly<Record<string, string | undefined>>): string[] {
  const entries = (env[ORIGINS_VARIABLE] ?? "").split(/[\s,]/).filter((entry) => entry !== "");
  return entries.flatMap((entry) => {
    const url = entry.includes("://") ? entry : `https://${entry}`;
    // All other schemes share the origin "null".
    return /^https?:/i.test(url) && URL.canParse(url) ? [new URL(url).origin] : [];
  });
}

/** Why an address gets no credentials. */
export interface OriginCheck {
  /** The setting that has the address, for the message. */
  readonly setting: string;
  /** The provider's own origins. */
  readonly own: readonly (string | RegExp)[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Throws {@link ProviderError} `unlisted-host` for an address that is neither the provider's own nor listed in the
 * environment. A config may name an address, and whoever writes it would get the credentials.
 */
export function assertListed(address: string, { setting, own, env }: OriginCheck): void {
  const origin = URL.canParse(address) ? new URL(address).origin : "";
  const isOwn = own.some((it) => (typeof it === "string" ? it === origin : it.test(origin)));
  if (isOwn || listedOrigins(env).includes(origin)) return;
  throw new ProviderError(
    "unlisted-host",
    `${setting}: credentials are not sent to ${origin}; expected the provider's own API, or list the origin in the environment variable ${ORIGINS_VARIABLE}`,
  );
}
