/**
 * The grammar of gate URLs. All readers have it from here: the gate on every runtime, `postern render`, the sync,
 * announcements and doctor. The rule on `url` in the sync's admission policy follows it.
 *
 * ```
 * url     = "https://" host [ ":" port ] base "/c/" cluster call
 * base    = *( "/" segment )                    ; `/hooks` for a gate at https://HOST/hooks
 * segment = 1*( letter / digit / "_" / "-" / "." / "~" ), but not "c", "k", "." or ".."
 * call    = ( "/validate" / "/mutate" ) [ "/" entry [ "/" part ] ]
 *         / "/convert" [ "/" mark ]
 * cluster, entry, part, mark = name
 * name    = ( letter / digit / "_" ) *( letter / digit / "_" / "-" / "." )
 * ```
 *
 * A part of an entry is what its policies judge in some versions, such as `v2`. A canary URL has the mark of one self-test
 * in the place of the entry. Readers accept one slash at the end.
 *
 * Nothing is escaped: a path with `%`, `;`, an empty segment or a dot segment is not one of a gate. Servers and proxies
 * decode such paths in different ways, so that the path of one cluster could arrive as that of another. No segment of a
 * base is `c`, so there is one place for the cluster. `k` is reserved for capabilities.
 */
const PREFIX = "/c/";
const SEGMENT = "/(?!(?:[ck]|\\.{1,2})(?:/|$))[\\w.~-]+";
const NAME = "(\\w[\\w.-]*)";
const CALL = `${PREFIX}${NAME}/(?:(validate|mutate)(?:/${NAME}(?:/${NAME})?)?|(convert)(?:/${NAME})?)/?`;
const CANARY_MARK = /^self-test-[0-9a-f]+$/;

/** The purpose of a call: the part of the URL after the cluster. */
export type GatePurpose = "validate" | "mutate" | "convert";

/** What the path of a call says. */
export interface GateCall {
  readonly cluster: string;
  readonly purpose: GatePurpose;
  /** The entry or the mark of a canary; undefined where there is none. */
  readonly entry: string | undefined;
  /** The part of the entry; undefined where there is none. */
  readonly part?: string | undefined;
}

/** Whether a path is the base of a gate: empty, or segments of plain characters such as `/hooks`, without a slash at the end. */
export function isBasePath(path: string): boolean {
  return new RegExp(`^(?:${SEGMENT})*$`).test(path);
}

/**
 * Makes a function that reads calls from the URLs of requests, with or without a query. `base` is a base path: the calls
 * may have it, and no other one. The function returns undefined for any other URL.
 */
export function callReader(base: string): (url: string) => GateCall | undefined {
  const pattern = new RegExp(`^https?://[^/?#]+(?:${base.replaceAll(".", "\\.")})?${CALL}(?:\\?|$)`);
  return (url) => {
    const match = pattern.exec(url);
    return match === null ? undefined : callOfMatch(match, 1);
  };
}

/** The call that {@link CALL} matched, from the group of the cluster on. */
function callOfMatch(match: RegExpExecArray, at: number): GateCall {
  const [cluster = "", admission, entry, part, , mark] = match.slice(at);
  if (admission === "validate" || admission === "mutate") return { cluster, purpose: admission, entry, part };
  return { cluster, purpose: "convert", entry: mark, part: undefined };
}

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

/** A gate URL of any cluster, in its parts. */
export interface GateUrlParts extends GateCall {
  /** The URL of the gate without a trailing slash. */
  readonly base: string;
}

/** Reads a gate URL of any cluster, for reports. A query is ignored. Returns undefined for any other URL. */
export function readGateUrl(url: string): GateUrlParts | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, origin, pathname } = new URL(url);
  const match = new RegExp(`^((?:${SEGMENT})*)${CALL}$`).exec(pathname);
  // A path that is read in another way than it is written may be another path for a proxy.
  const isWritten = /^https:\/\/[^/?#\\]*([^?#]*)/i.exec(url)?.[1] === pathname;
  if (protocol !== "https:" || match === null || !isWritten) return undefined;
  return { base: `${origin}${match[1] ?? ""}`, ...callOfMatch(match, 2) };
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
