/** Names of the segments behind the purpose of a call. */
const BEHIND: Readonly<Record<string, readonly string[]>> = {
  validate: ["{entry}", "{part}"],
  mutate: ["{entry}", "{part}"],
  convert: ["{mark}"],
};
/** Paths that a gate serves beside its calls. They name nobody. */
const FIXED = ["/healthz", "/readyz", "/openapi.json", "/.well-known/postern", "/metrics"];
const OTHER = "/{other}";
/** The path of a gate has fewer segments, its base included. */
const MAX_SEGMENTS = 32;

/**
 * The route of a path: `/c/{cluster}/validate/{entry}` for `/hooks/c/production/validate/pods`. Has few values, and nothing
 * of the path: no capability, no name. A query is ignored, and the base of the gate is left out. What is not a path of a
 * gate is `/{other}`. The grammar is in `protocol/gateUrl.ts`.
 */
export function routeOf(path: string): string {
  const end = path.search(/[?#]/);
  const plain = end < 0 ? path : path.slice(0, end);
  const segments = (plain.endsWith("/") ? plain.slice(0, -1) : plain).split("/", MAX_SEGMENTS);
  const at = segments.findIndex((it) => it === "c" || it === "k");
  if (at < 0) return servedRoute(segments);
  const isCapability = segments[at] === "k";
  const [mark, , purpose = "", ...names] = segments.slice(isCapability ? at + 2 : at);
  const behind = Object.hasOwn(BEHIND, purpose) ? BEHIND[purpose] : undefined;
  if (mark !== "c" || behind === undefined || names.length > behind.length) return OTHER;
  return [`${isCapability ? "/k/{token}" : ""}/c/{cluster}/${purpose}`, ...behind.slice(0, names.length)].join("/");
}

/** The route of what is not a call. */
function servedRoute(segments: readonly string[]): string {
  if (segments.at(-2) === "token") return "/token/{cluster}";
  const ends = [segments.slice(-1), segments.slice(-2)].map((it) => `/${it.join("/")}`);
  return FIXED.find((it) => ends.includes(it)) ?? OTHER;
}
