import type { Ed25519PublicKey } from "../trust/Ed25519PublicKey.ts";
import { type Announcement, type AnnouncementContent, contentHash, NUMBER_AHEAD } from "./Announcement.ts";
import { verifyAnnouncement } from "./readAnnouncement.ts";

/** What an announcement is made of. */
export interface AnnouncementOrder {
  readonly content: AnnouncementContent;
  /** The one that is published now; undefined where there is none. */
  readonly published: string | undefined;
  /** The public part of the key that signs. */
  readonly key: Ed25519PublicKey;
  /** In seconds. */
  readonly lifetime: number;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/**
 * The announcement that comes after the published one: with its number where it says the same, else with a higher one,
 * which is not below the time in seconds, so that it rises even where the one before was lost. What is published with
 * another key, is none, or has a number that no reader takes, counts as lost.
 */
export async function makeAnnouncement({
  content,
  published,
  key,
  lifetime,
  now,
}: AnnouncementOrder): Promise<{ readonly announcement: Announcement; readonly isNew: boolean }> {
  const iat = Math.floor(now / 1000);
  const before = published === undefined ? undefined : await verifyAnnouncement(published.trim(), key);
  const known = before?.ok === true ? before.announcement : undefined;
  const last = known !== undefined && known.seq <= iat + NUMBER_AHEAD ? known : undefined;
  const isNew = last === undefined || contentHash(last) !== contentHash(content);
  const seq = isNew ? Math.max((last?.seq ?? 0) + 1, iat) : last.seq;
  const { gate, clusters, url, roots } = content;
  return { announcement: { gate, clusters, url, roots, iat, exp: iat + lifetime, seq }, isNew };
}
