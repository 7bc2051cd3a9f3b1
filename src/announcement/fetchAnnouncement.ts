import type { CallHttp } from "../http/callHttp.ts";
import { HttpCallError } from "../http/HttpCallError.ts";
import { MAX_ANNOUNCEMENT_BYTES } from "./Announcement.ts";

/**
 * Fetches an announcement. The TLS peer is not authenticated: the signature protects the content, and the endpoint may serve
 * a certificate of a CA that this sync does not know yet. An attacker on the path can withhold the announcement. They can
 * also replay an older one until it expires, if no newer one was followed. Rejects with {@link HttpCallError} for any status
 * but 200, redirects included.
 */
export async function fetchAnnouncement(url: string, call: CallHttp, timeoutMs: number): Promise<string> {
  const answer = await call({ url, timeoutMs, maxBytes: MAX_ANNOUNCEMENT_BYTES, ca: false });
  if (answer.status === 200) return answer.text.trim();
  throw new HttpCallError(new URL(url).host, `answers ${answer.status} where an announcement was expected`);
}
