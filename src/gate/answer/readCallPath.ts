import type { CallPath } from "./Call.ts";

/** The URL of a call as the API server writes it: names of plain characters, no trailing slash. */
const CALL_URL =
  /^https?:\/\/[^/?#]+\/c\/([\w.-]+)\/(?:(validate|mutate)(?:\/([\w.-]+)(?:\/([\w.-]+))?)?|(convert)(?:\/([\w.-]+))?)(?:\?|$)/;

/**
 * The path of a call, read from its URL. Undefined for any other URL, and for one that the API server does not write: the
 * routes of the app decide about these. To match a route costs more than this, and its context and promises even more.
 */
export function readCallPath(url: string): CallPath | undefined {
  const match = CALL_URL.exec(url);
  if (match === null) return undefined;
  const [, cluster = "", admission, entry, part, conversion, mark] = match;
  if (admission === "validate" || admission === "mutate") return { cluster, purpose: admission, entry, part };
  return conversion === undefined ? undefined : { cluster, purpose: "convert", entry: mark, part: undefined };
}
