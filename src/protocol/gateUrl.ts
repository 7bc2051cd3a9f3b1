import type { CallPurpose } from "../sync/target/SyncTarget.ts";

/** A registration's URL, taken apart. */
export interface GateUrl {
  /** Where the gate is served, without a slash at its end: `https://gate.example.com`. */
  readonly base: string;
  /** `/c/CLUSTER/validate/ENTRY`, or `/c/CLUSTER/convert` */
  readonly path: string;
}

/** What a canary has for its URL: as `postern render` has it, or with the mark of one test, by which it is told apart. */
export function canaryUrl(purpose: CallPurpose, base: string, cluster: string, mark?: string): string {
  const path = purpose === "webhooks" ? "validate" : "convert";
  return `${base}/c/${cluster}/${path}${mark === undefined ? "" : `/self-test-${mark}`}`;
}

/** Takes the URL of a registration apart; undefined for one that is not a gate's URL for this cluster. */
export function splitGateUrl(url: string, cluster: string): GateUrl | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, origin, pathname, search, hash, username, password } = new URL(url);
  if (protocol !== "https:" || `${search}${hash}${username}${password}` !== "") return undefined;
  const at = pathname.lastIndexOf(`/c/${cluster}/`);
  if (at < 0) return undefined;
  const path = pathname.slice(at);
  const isGates = /^(?:validate|mutate)(?:\/[^/]+)?$|^convert(?:\/self-test-[0-9a-f]+)?$/.test(
    path.slice(`/c/${cluster}/`.length),
  );
  return isGates ? { base: `${origin}${pathname.slice(0, at)}`, path } : undefined;
}
