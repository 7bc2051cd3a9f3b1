import { compactVerify, importJWK } from "jose";
import * as z from "zod/mini";
import { faultFromIssue } from "../protocol/faultFromIssue.ts";
import type { Ed25519PublicKey } from "../trust/Ed25519PublicKey.ts";
import {
  ANNOUNCEMENT_TYPE,
  type Announcement,
  announcementSchema,
  MAX_ANNOUNCEMENT_BYTES,
  MAX_LIFETIME_SECONDS,
} from "./Announcement.ts";
import { announcedUrlFault } from "./announcedUrlFault.ts";

/** How far the signer's clock may be ahead. Also for the number, which is a time: readers believe no remembered time ahead. */
const MAX_SKEW_SECONDS = 60;

/** The allowed members of the header. A key, the address of a key or an extension is refused. */
const headerSchema = z.strictObject({
  alg: z.literal("EdDSA"),
  typ: z.literal(ANNOUNCEMENT_TYPE),
  kid: z.optional(z.string()),
});

/** What an announcement is checked against. */
export interface AnnouncementTerms {
  readonly gate: string;
  /** Allowed hosts of the URL. */
  readonly hosts: readonly string[];
  /** In milliseconds since 1970. */
  readonly now: number;
}

/** Why an announcement is not followed. */
export type AnnouncementFaultCode =
  /** The text is not an announcement in the expected form. Check what is published at its URL. */
  | "announcement-unreadable"
  /**
   * Another key signed the announcement, or its content differs from the one followed under the same number. Compare
   * `announcement.publicKey` with the signing key.
   */
  | "announcement-forged"
  /** The validity is over, so no new announcement was published. Check that `postern announce` runs. */
  | "announcement-expired"
  /**
   * The signature or the number is more than a minute ahead of this clock. It is not followed until its time. Synchronize the
   * clocks of both machines. A number stays ahead for as long as the signer's clock was ahead.
   */
  | "announcement-early"
  /** The validity is empty or longer than an hour. Correct `lifetime` in the config of `postern announce`. */
  | "announcement-lifetime"
  /** The announcement is for another gate. Correct `gate` or `announcement.url` in the sync's config. */
  | "announcement-not-ours"
  /** The URL is on a host that `hosts` does not list, or not in normal form. Add the host, or correct the announcement. */
  | "announcement-url";

/** An announcement that passed all checks, or the fault. */
export type AnnouncementResult =
  | { readonly ok: true; readonly announcement: Announcement }
  | { readonly ok: false; readonly fault: { readonly code: AnnouncementFaultCode; readonly message: string } };

/**
 * Reads and checks an announcement: signature with the pinned key, type, gate, validity and host of the URL. Roots and the
 * order of numbers are checked by the caller. Never rejects.
 */
export async function readAnnouncement(
  text: string,
  key: Ed25519PublicKey,
  { gate, hosts, now }: AnnouncementTerms,
): Promise<AnnouncementResult> {
  const read = await verifyAnnouncement(text, key);
  if (!read.ok) return read;
  const { announcement } = read;
  const { iat, exp, seq, url } = announcement;
  if (announcement.gate !== gate)
    return fault("announcement-not-ours", `it is for the gate ${announcement.gate}, not for ${gate}`);
  const seconds = now / 1000;
  if (iat > seconds + MAX_SKEW_SECONDS)
    return fault("announcement-early", `its signature is ${Math.round(iat - seconds)} s ahead of this clock`);
  if (seq > seconds + MAX_SKEW_SECONDS)
    return fault(
      "announcement-early",
      `its number ${seq} is ${Math.round(seq - seconds)} s ahead of the time in seconds: it is not followed until then`,
    );
  if (exp <= iat || exp > iat + MAX_LIFETIME_SECONDS)
    return fault("announcement-lifetime", `it is valid for ${exp - iat} s; the limit is ${MAX_LIFETIME_SECONDS} s`);
  if (exp <= seconds) return fault("announcement-expired", `it expired ${Math.round(seconds - exp)} s ago`);
  const urlFault = announcedUrlFault(url, hosts);
  return urlFault === undefined ? { ok: true, announcement } : fault("announcement-url", `its URL ${urlFault}`);
}

/** Verifies only the signature and the form of an announcement, not its validity, gate and URL. Never rejects. */
export async function verifyAnnouncement(text: string, { kty, crv, x }: Ed25519PublicKey): Promise<AnnouncementResult> {
  if (text.length > MAX_ANNOUNCEMENT_BYTES) return fault("announcement-unreadable", "it is too long");
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return fault("announcement-unreadable", "it is not a compact JWS");
  let payload: string;
  try {
    const verified = await compactVerify(text, await importJWK({ kty, crv, x }, "EdDSA"), { algorithms: ["EdDSA"] });
    if (!headerSchema.safeParse(verified.protectedHeader).success)
      return fault("announcement-forged", `its header is not that of a ${ANNOUNCEMENT_TYPE}`);
    payload = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(verified.payload);
  } catch {
    return fault("announcement-forged", "it is not signed with the pinned key");
  }
  const claims = parseJson(payload);
  // Other spellings of JSON can contain a member twice, and parsers differ in which one they use.
  if (claims === undefined || JSON.stringify(claims) !== payload)
    return fault("announcement-unreadable", "its payload is not JSON in the form of JSON.stringify");
  const parsed = announcementSchema.safeParse(claims);
  if (parsed.success) return { ok: true, announcement: parsed.data };
  const [issue] = parsed.error.issues;
  const { path, expected } = issue === undefined ? { path: "", expected: "another form" } : faultFromIssue(issue);
  return fault("announcement-unreadable", `its claims are not valid: ${path}: ${expected}`);
}

function fault(code: AnnouncementFaultCode, message: string): AnnouncementResult {
  return { ok: false, fault: { code, message } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
