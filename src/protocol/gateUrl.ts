/**
 * The grammar of gate URLs: `BASE/c/CLUSTER/validate[/ENTRY]`, `BASE/c/CLUSTER/mutate[/ENTRY]` and
 * `BASE/c/CLUSTER/convert`. A canary URL has the mark of one self-test in the place of the entry.
 */
const PREFIX = "/c/";
/** First segments of paths that a base URL cannot contain: of a cluster, and of a capability. */
export const RESERVED_SEGMENTS: readonly string[] = ["c", "k"];
const CANARY_MARK = /^self-test-[0-9a-f]+$/;

const PURPOSES = ["validate", "mutate", "convert"] as const;

/** The purpose of a call: the part of the URL after the cluster. */
export type GatePurpose = (typeof PURPOSES)[number];

/** The two parts of a registration's URL. */
export interface GateUrl {
  /** The URL of the gate without a trailing slash: `https://gate.example.com`. */
  readonly base: string;
  /** `/c/CLUSTER/validate/ENTRY`, or `/c/CLUSTER/convert`. */
  readonly path: string;
}

/** Returns the path of a call: `/c/CLUSTER/PURPOSE`, followed by the entry or canary mark when there is one. */
export function gatePath(cluster: string, purpose: GatePurpose, entry?: string): string {
  return `${PREFIX}${cluster}/${purpose}${entry === undefined ? "" : `/${entry}`}`;
}

/** Whether the path of a URL contains the path of a cluster, `/c/CLUSTER`. */
export function hasClusterPath(pathname: string): boolean {
  return pathname.includes(PREFIX);
}

/** A gate URL of any cluster, in its parts. */
export interface GateUrlParts {
  /** The URL of the gate without a trailing slash. */
  readonly base: string;
  readonly cluster: string;
  readonly purpose: GatePurpose;
  /** The entry, or the mark of a canary; undefined where the URL has none. */
  readonly entry: string | undefined;
}

/** Reads a gate URL of any cluster, for reports. A query and a trailing slash are ignored. Returns undefined for any other URL. */
export function readGateUrl(url: string): GateUrlParts | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, origin, pathname } = new URL(url);
  const segments = pathname.replace(/\/$/, "").split("/");
  for (const length of [3, 4]) {
    const at = segments.length - length;
    const [letter, cluster = "", text, entry] = segments.slice(at);
    const purpose = PURPOSES.find((it) => it === text);
    if (protocol !== "https:" || at < 1 || letter !== "c" || cluster === "" || purpose === undefined) continue;
    return { base: `${origin}${segments.slice(0, at).join("/")}`, cluster, purpose, entry };
  }
  return undefined;
}

/**
 * Splits the URL of a registration of this cluster, as `postern render` or the sync writes it. Returns undefined for any
 * other URL, also for another spelling: what the sync writes is compared byte for byte.
 */
export function splitGateUrl(url: string, cluster: string): GateUrl | undefined {
  const parts = readGateUrl(url);
  if (parts === undefined || parts.cluster !== cluster) return undefined;
  const { base, purpose, entry } = parts;
  if (purpose === "convert" && entry !== undefined && !CANARY_MARK.test(entry)) return undefined;
  const path = gatePath(cluster, purpose, entry);
  return new URL(url).href === `${base}${path}` ? { base, path } : undefined;
}
