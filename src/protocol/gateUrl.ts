/**
 * The grammar of a gate's URLs: `BASE/c/CLUSTER/validate[/ENTRY]`, `BASE/c/CLUSTER/mutate[/ENTRY]` and
 * `BASE/c/CLUSTER/convert`. Canary URLs carry the mark of one test in the place of an entry.
 */
const PREFIX = "/c/";
const OWN_PATHS = /^(?:validate|mutate)(?:\/[^/]+)?$|^convert(?:\/self-test-[0-9a-f]+)?$/;

/** The purpose that the API server calls a gate for, as the URL names it. */
export type GatePurpose = "validate" | "mutate" | "convert";

/** The URL of a registration, taken apart. */
export interface GateUrl {
  /** Where the gate is served, without a slash at the end: `https://gate.example.com`. */
  readonly base: string;
  /** `/c/CLUSTER/validate/ENTRY`, or `/c/CLUSTER/convert`. */
  readonly path: string;
}

/** The path of a call: `/c/CLUSTER/PURPOSE`, with an entry or the mark of a canary behind it. */
export function gatePath(cluster: string, purpose: GatePurpose, entry?: string): string {
  return `${PREFIX}${cluster}/${purpose}${entry === undefined ? "" : `/${entry}`}`;
}

/** Takes the URL of a registration apart; undefined for a URL that is not the gate's for this cluster. */
export function splitGateUrl(url: string, cluster: string): GateUrl | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, origin, pathname, search, hash, username, password } = new URL(url);
  if (protocol !== "https:" || `${search}${hash}${username}${password}` !== "") return undefined;
  const prefix = `${PREFIX}${cluster}/`;
  const at = pathname.lastIndexOf(prefix);
  if (at < 0 || !OWN_PATHS.test(pathname.slice(at + prefix.length))) return undefined;
  return { base: `${origin}${pathname.slice(0, at)}`, path: pathname.slice(at) };
}
