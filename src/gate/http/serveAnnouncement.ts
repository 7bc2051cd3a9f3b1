import type { GateDependencies } from "../GateDependencies.ts";
import { GateError } from "../GateError.ts";

/** An announcement of 100 roots has 8 KiB. In characters. */
const MAX_LENGTH = 16_384;
/** The limit of a read from wherever the announcement is stored. */
const READ_TIMEOUT_MS = 3_000;
/** Three parts of base64url (RFC 7515, section 7.1). */
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * Serves the announcement as it was published. The gate neither signs nor verifies it; its readers verify the signature.
 * Throws {@link GateError} `not-found` when nothing was published. Throws an Error when the text is not a compact JWS, is
 * too long, or takes too long to read.
 */
export async function serveAnnouncement({ announcement }: Pick<GateDependencies, "announcement">): Promise<Response> {
  const text = (await readInTime(announcement))?.trim();
  if (text === undefined || text === "") throw new GateError("not-found", "no announcement was published");
  if (text.length > MAX_LENGTH || !COMPACT.test(text))
    throw new Error("the announcement is not a compact JWS, or is too long");
  return new Response(text, { headers: { "content-type": "application/jose", "cache-control": "no-store" } });
}

async function readInTime(announcement: GateDependencies["announcement"]): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the announcement could not be read within ${READ_TIMEOUT_MS} ms`)),
      READ_TIMEOUT_MS,
    );
  });
  try {
    return await Promise.race([late, announcement?.()]);
  } finally {
    clearTimeout(timer);
  }
}
