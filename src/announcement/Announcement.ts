import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { dnsLabelSchema } from "../config/dnsLabelSchema.ts";

/** The `typ` of an announcement's header: no other statement that the same key signs is taken for one (RFC 8725, 3.11). */
export const ANNOUNCEMENT_TYPE = "postern-announcement+jwt";
/** How long an announcement may count: so long can one that was replaced be replayed. In seconds. */
export const LIFETIME = 3_600;
/**
 * How far an announcement's number may be ahead of the time in seconds, at which numbers begin. Readers remember the
 * highest: without an end to it, whoever had the key once could shut out every announcement of the key after it.
 */
export const NUMBER_AHEAD = 86_400;
/** The longest announcement. In bytes, and the same that a gate serves. */
export const ANNOUNCEMENT_BYTES = 16_384;

const seconds = z.int().check(z.positive());

/** A catalogue's name, or the SHA-256 of a certificate that the reader has already: no announcement brings a root along. */
export const rootName = z
  .string()
  .check(z.regex(/^(?:[a-z0-9-]{1,40}|sha256:[0-9a-f]{64})$/, "expected a catalogue's name or sha256:HEX"));

/** The clusters that an announcement is for, by name, or all. */
export const clusterScope = z.union([
  z.tuple([z.literal("*")]),
  z.array(dnsLabelSchema).check(z.minLength(1), z.maxLength(3_000)),
]);

/**
 * What an announcement says. A claim that is not known is not understood, and so the whole is refused: it may be what
 * narrows the rest.
 */
export const announcementSchema = z.strictObject({
  /** The gate's name. */
  gate: dnsLabelSchema,
  clusters: clusterScope,
  /** Where the gate is to be called; see `announcedUrlFault`. */
  url: z.string().check(z.maxLength(1_024)),
  /** The roots that what is served at the URL, now and next, may lead to. */
  roots: z.array(rootName).check(z.maxLength(200)),
  /** Seconds since 1970, as both. */
  iat: seconds,
  exp: seconds,
  /** Rises with each change of what is said, and stays while the same is signed anew. */
  seq: seconds,
});

/** A signed statement of the URL and the roots that come next. */
export type Announcement = z.infer<typeof announcementSchema>;

/** What is said, without when. */
export type AnnouncementContent = Pick<Announcement, "gate" | "clusters" | "url" | "roots">;

/** `sha256:HEX` of what an announcement says: the same for all that say the same, however often they are signed. */
export function contentHash({ gate, clusters, url, roots }: AnnouncementContent): string {
  const text = JSON.stringify([gate, [...new Set(clusters)].sort(), url, [...new Set(roots)].sort()]);
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}
