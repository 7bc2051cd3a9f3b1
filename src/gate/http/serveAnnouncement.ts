import type { GateDependencies } from "../GateDependencies.ts";
import { GateError } from "../GateError.ts";

/** An announcement of 100 roots has 8 KiB. In characters. */
const LENGTH = 16_384;
/** For whatever keeps the announcement. In milliseconds. */
const TIMEOUT = 3_000;
/** Three parts of base64url (RFC 7515, section 7.1). */
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * Serves the announcement as it was published: the gate neither signs nor verifies it, and its readers trust the
 * signature alone. Throws {@link GateError} `not-found` where there is none, and `internal` for what is none, is too long
 * or takes too long.
 */
export async function serveAnnouncement({ announcement }: Pick<GateDependencies, "announcement">): Promise<Response> {
  const text = (await inTime(announcement))?.trim();
  if (text === undefined || text === "") throw new GateError("not-found", "nothing was announced");
  if (text.length > LENGTH || !COMPACT.test(text))
    throw new Error("what is to be served as the announcement is no compact JWS, or is too long");
  return new Response(text, { headers: { "content-type": "application/jose", "cache-control": "no-store" } });
}

async function inTime(announcement: GateDependencies["announcement"]): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("the announcement could not be read in time")), TIMEOUT);
  });
  try {
    return await Promise.race([late, announcement?.()]);
  } finally {
    clearTimeout(timer);
  }
}
