import type { Runtime } from "../Project.ts";

const ROOTS: Readonly<Record<Runtime, string>> = { cloudflare: "cloudflare", lambda: "aws", node: "letsencrypt" };

/** The catalogue with the roots of the certificates that a runtime serves. */
export function trustRoots(runtime: Runtime): string {
  return ROOTS[runtime];
}
