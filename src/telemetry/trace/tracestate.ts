/** What must be passed on at least (W3C Trace Context level 1, section 3.3.1.5). More is not. */
const MAX_LENGTH = 512;
/** Section 3.3.1.1. */
const MAX_MEMBERS = 32;
/** `key "=" value` (section 3.3.1.3). Spaces around a member do not belong to it. */
const MEMBER =
  /^(?<key>[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{1,256}$/;

/**
 * Reads a `tracestate` header: the facts of other tracing systems, which are passed on as they came. Undefined for what the
 * specification does not accept, such as a key that occurs twice, and for more than 512 characters or 32 members.
 */
export function parseTracestate(header: string | null | undefined): string | undefined {
  if (header === null || header === undefined || header.length > MAX_LENGTH) return undefined;
  const members = header
    .split(",")
    .map((member) => member.trim())
    .filter((member) => member !== "");
  if (members.length === 0 || members.length > MAX_MEMBERS) return undefined;
  const keys = new Set<string>();
  for (const member of members) {
    const key = MEMBER.exec(member)?.groups?.key;
    if (key === undefined || keys.has(key)) return undefined;
    keys.add(key);
  }
  return members.join(",");
}
