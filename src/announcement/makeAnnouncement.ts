import type { Ed25519PublicKey } from "../trust/Ed25519PublicKey.ts";
import { type Announcement, type AnnouncementContent, contentHash, MAX_SEQ_AHEAD_SECONDS } from "./Announcement.ts";
import { verifyAnnouncement } from "./readAnnouncement.ts";

/** Input of {@link makeAnnouncement}. */
export interface AnnouncementRequest {
  readonly content: AnnouncementContent;
  /** The announcement that is published now. Undefined when there is none. */
  readonly published: string | undefined;
  /** The public part of the signing key. */
  readonly key: Ed25519PublicKey;
  readonly lifetimeSeconds: number;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/**
 * Makes the announcement that follows the published one. The same content keeps its number. Changed content gets a higher
 * number, which is at least the time in seconds, so that it rises even if the published one was lost. A published text
 * counts as lost when it is invalid, signed with another key, or has a number that readers refuse.
 */
export async function makeAnnouncement({
  content,
  published,
  key,
  lifetimeSeconds,
  now,
}: AnnouncementRequest): Promise<{ readonly announcement: Announcement; readonly isNew: boolean }> {
  const iat = Math.floor(now / 1000);
  const before = published === undefined ? undefined : await verifyAnnouncement(published.trim(), key);
  const known = before?.ok === true ? before.announcement : undefined;
  const last = known !== undefined && known.seq <= iat + MAX_SEQ_AHEAD_SECONDS ? known : undefined;
  const isNew = last === undefined || contentHash(last) !== contentHash(content);
  const seq = isNew ? Math.max((last?.seq ?? 0) + 1, iat) : last.seq;
  const { gate, clusters, url, roots } = content;
  return { announcement: { gate, clusters, url, roots, iat, exp: iat + lifetimeSeconds, seq }, isNew };
}
