import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { dnsLabelSchema } from "../config/dnsLabelSchema.ts";

/** The `typ` of the JWS header. It keeps other statements of the same key from counting as announcements (RFC 8725, 3.11). */
export const ANNOUNCEMENT_TYPE = "postern-announcement+jwt";
/** The longest validity of an announcement. A replaced announcement can be replayed for this long. */
export const MAX_LIFETIME_SECONDS = 3_600;
/**
 * How far the number of a published announcement may be ahead of the time in seconds, so that a signer counts on from it.
 * Readers follow no number that is more than a minute ahead, see `readAnnouncement`.
 */
export const MAX_SEQ_AHEAD_SECONDS = 86_400;
/** The largest announcement. A gate serves no larger one. */
export const MAX_ANNOUNCEMENT_BYTES = 16_384;

const seconds = z.int().check(z.positive());

/** The name of a catalogue, or the SHA-256 of a certificate that the reader has. An announcement contains no certificates. */
export const rootNameSchema = z
  .string()
  .check(z.regex(/^(?:[a-z0-9-]{1,40}|sha256:[0-9a-f]{64})$/, "expected the name of a catalogue, or sha256:HEX"));

/** The clusters that an announcement is for: names, or all. */
export const clusterScopeSchema = z.union([
  z.tuple([z.literal("*")]),
  z.array(dnsLabelSchema).check(z.minLength(1), z.maxLength(3_000)),
]);

/**
 * The claims of an announcement. An unknown claim invalidates the announcement, because it may restrict the others.
 */
export const announcementSchema = z.strictObject({
  /** The gate's name. */
  gate: dnsLabelSchema,
  clusters: clusterScopeSchema,
  /** Base URL of the gate. See `announcedUrlFault`. */
  url: z.string().check(z.maxLength(1_024)),
  /** The roots of the chains that the URL serves now and next. */
  roots: z.array(rootNameSchema).check(z.maxLength(200)),
  /** Time of the signature, in seconds since 1970. */
  iat: seconds,
  /** End of the validity, in seconds since 1970. */
  exp: seconds,
  /** Number of the content: it rises with each change, and stays when the same content is signed again. */
  seq: seconds,
});

/** A signed statement of the URL and the roots that come next. */
export type Announcement = z.infer<typeof announcementSchema>;

/** The content of an announcement, without times and number. */
export type AnnouncementContent = Pick<Announcement, "gate" | "clusters" | "url" | "roots">;

/** Returns `sha256:HEX` of the content. Equal for equal content, in any order of the lists. */
export function contentHash({ gate, clusters, url, roots }: AnnouncementContent): string {
  const text = JSON.stringify([gate, [...new Set(clusters)].sort(), url, [...new Set(roots)].sort()]);
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}
