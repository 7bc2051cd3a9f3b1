import type { CallHttp } from "../trust/probe/callHttp.ts";
import { HttpCallError } from "../trust/probe/HttpCallError.ts";
import { ANNOUNCEMENT_BYTES } from "./Announcement.ts";

/**
 * Fetches an announcement. Whom it is fetched from is not verified: its signature is what counts, and an endpoint whose
 * certificate this sync does not know yet, which is what announcements are about, has to be heard. Whoever sits in between
 * can keep it back, or show an older one until that runs out, and only one that is not older than what was seen before.
 * Rejects with {@link HttpCallError} for anything but a 200, redirects included.
 */
export async function fetchAnnouncement(url: string, call: CallHttp, timeout: number): Promise<string> {
  const answer = await call({ url, timeout, bytes: ANNOUNCEMENT_BYTES, ca: false });
  if (answer.status === 200) return answer.text.trim();
  throw new HttpCallError(`${new URL(url).host} answers ${answer.status} where an announcement was expected`);
}
