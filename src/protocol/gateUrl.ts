/**
 * The grammar of gate URLs: `BASE/c/CLUSTER/validate[/ENTRY[/PART]]`, `BASE/c/CLUSTER/mutate[/ENTRY[/PART]]` and
 * `BASE/c/CLUSTER/convert`. A part of an entry is what its policies judge in some versions, such as `v2`. A canary URL
 * has the mark of one self-test in the place of the entry.
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
  /** `/c/CLUSTER/validate/ENTRY`, `/c/CLUSTER/validate/ENTRY/PART` or `/c/CLUSTER/convert`. */
  readonly path: string;
}

/** Returns the path of a call: `/c/CLUSTER/PURPOSE`, followed by the entry or canary mark, and the part, when there are any. */
export function gatePath(cluster: string, purpose: GatePurpose, entry?: string, part?: string): string {
  return [`${PREFIX}${cluster}/${purpose}`, entry, part].filter((segment) => segment !== undefined).join("/");
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
  /** The part of the entry; undefined where the URL has none. */
  readonly part: string | undefined;
}

/** Reads a gate URL of any cluster, for reports. A query and a trailing slash are ignored. Returns undefined for any other URL. */
export function readGateUrl(url: string): GateUrlParts | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, origin, pathname } = new URL(url);
  const segments = pathname.replace(/\/$/, "").split("/");
  // The longest first: a base has no segment `c`.
  for (const length of [5, 4, 3]) {
    const at = segments.length - length;
    const [letter, cluster = "", text, entry, part] = at < 1 ? [] : segments.slice(at);
    const purpose = PURPOSES.find((it) => it === text);
    if (protocol !== "https:" || letter !== "c" || cluster === "" || purpose === undefined) continue;
    if (purpose === "convert" && part !== undefined) continue;
    return { base: `${origin}${segments.slice(0, at).join("/")}`, cluster, purpose, entry, part };
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
  const { base, purpose, entry, part } = parts;
  if (purpose === "convert" && entry !== undefined && !CANARY_MARK.test(entry)) return undefined;
  const path = gatePath(cluster, purpose, entry, part);
  return new URL(url).href === `${base}${path}` ? { base, path } : undefined;
}
