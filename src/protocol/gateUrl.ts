/**
 * The grammar of gate URLs. All readers have it from here: the gate on every runtime, `postern render`, the sync,
 * announcements and doctor. The rule on `url` in the sync's admission policy follows it.
 *
 * ```
 * url     = "https://" host [ ":" port ] base [ "/k/" token ] "/c/" cluster call
 * base    = *( "/" segment )                    ; `/hooks` for a gate at https://HOST/hooks
 * segment = 1*( letter / digit / "_" / "-" / "." / "~" ), but not "c", "k", "C", "K", "." or ".."
 * call    = ( "/validate" / "/mutate" ) [ "/" entry [ "/" part ] ]
 *         / "/convert" [ "/" mark ]
 * cluster, entry, part, mark = name
 * name    = ( letter / digit / "_" ) *( letter / digit / "_" / "-" / "." )
 * token   = name                                ; a capability, which is a secret
 * ```
 *
 * The sync of a cluster gets a capability at `https://HOST[/BASE]/token/CLUSTER`.
 *
 * A part of an entry is what its policies judge in some versions, such as `v2`. A canary URL has the mark of one self-test
 * in the place of the entry. Readers accept one slash at the end.
 *
 * Nothing is escaped: a path with `%`, `;`, an empty segment or a dot segment is not one of a gate. Servers and proxies
 * decode such paths in different ways, so that the path of one cluster could arrive as that of another. No segment of a
 * base is `c` or `k`, so there is one place for the cluster, and one for the token.
 */
const PREFIX = "/c/";
const SEGMENT = "/(?!(?:[ckCK]|\\.{1,2})(?:/|$))[\\w.~-]+";
const NAME = "(\\w[\\w.-]*)";
const TOKEN_PREFIX = "/k/";
const TOKEN_CALL = "/token/";
const CALL = `(?:${TOKEN_PREFIX}${NAME})?${PREFIX}${NAME}/(?:(validate|mutate)(?:/${NAME}(?:/${NAME})?)?|(convert)(?:/${NAME})?)/?`;
const CANARY_MARK = /^self-test-[0-9a-f]+$/;

/** The purpose of a call: the part of the URL after the cluster. */
export type GatePurpose = "validate" | "mutate" | "convert";

/** What the path of a call says. */
export interface GateCall {
  /** The capability in the path, a secret; undefined where there is none. */
  readonly token?: string | undefined;
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

/**
 * Makes a function that reads the cluster from URLs of token calls, `https://HOST[/BASE]/token/CLUSTER`, with or without a
 * query. The function returns undefined for any other URL.
 */
export function tokenCallReader(base: string): (url: string) => string | undefined {
  const pattern = new RegExp(`^https?://[^/?#]+(?:${base.replaceAll(".", "\\.")})?${TOKEN_CALL}${NAME}(?:\\?|$)`);
  return (url) => pattern.exec(url)?.[1];
}

/** The URL at which the sync of a cluster gets a capability. */
export function tokenUrl(base: string, cluster: string): string {
  return `${base}${TOKEN_CALL}${cluster}`;
}

/** The audience of the ServiceAccount token that a token call takes. */
export function tokenAudience(base: string): string {
  return `${base}${TOKEN_CALL.slice(0, -1)}`;
}

/** The call that {@link CALL} matched, from the group of the token on. */
function callOfMatch(match: RegExpExecArray, at: number): GateCall {
  const [token, cluster = "", admission, entry, part, , mark] = match.slice(at);
  if (admission === "validate" || admission === "mutate") return { token, cluster, purpose: admission, entry, part };
  return { token, cluster, purpose: "convert", entry: mark, part: undefined };
}

/** The two parts of a registration's URL. */
export interface GateUrl {
  /** The URL of the gate without a trailing slash: `https://gate.example.com`. With a capability, `https://gate.example.com/k/TOKEN`. */
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
  /** The URL of the gate without a trailing slash, and without a capability. */
  readonly base: string;
}

/** The base of URLs with a capability: `https://gate.example.com/k/TOKEN`. */
export function withCapability(base: string, token: string): string {
  return `${base}${TOKEN_PREFIX}${token}`;
}

/** A base of URLs in its parts: the gate's URL without a capability, and the capability, where there is one. */
export function splitBase(base: string): { readonly place: string; readonly token: string | undefined } {
  const at = base.lastIndexOf(TOKEN_PREFIX);
  if (at < 0) return { place: base, token: undefined };
  return { place: base.slice(0, at), token: base.slice(at + TOKEN_PREFIX.length) };
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
  const { token, purpose, entry, part } = parts;
  const base = token === undefined ? parts.base : withCapability(parts.base, token);
  if (purpose === "convert" && entry !== undefined && !CANARY_MARK.test(entry)) return undefined;
  const path = gatePath(cluster, purpose, entry, part);
  return new URL(url).href === `${base}${path}` ? { base, path } : undefined;
}
