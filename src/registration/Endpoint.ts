import type { ClientConfig } from "./RegistrationObject.ts";

/** Where a cluster reaches the gate. */
export interface Endpoint {
  /** An https URL without user info, query, fragment and trailing slash, such as `https://gate.example.com`. */
  readonly url: string;
  /** PEM roots that the API server trusts instead of the roots of its host. */
  readonly ca?: string;
}

/** The client configuration for a path below the gate's URL, such as `/c/production/validate`. */
export function clientConfigAt({ url, ca }: Endpoint, path: string): ClientConfig {
  return { url: `${url}${path}`, ...(ca === undefined ? {} : { caBundle: base64(ca) }) };
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
