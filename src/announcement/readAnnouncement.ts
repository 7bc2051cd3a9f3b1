import { compactVerify, importJWK } from "jose";
import * as z from "zod/mini";
import { faultFromIssue } from "../protocol/faultFromIssue.ts";
import type { Ed25519PublicKey } from "../trust/Ed25519PublicKey.ts";
import {
  ANNOUNCEMENT_BYTES,
  ANNOUNCEMENT_TYPE,
  type Announcement,
  announcementSchema,
  LIFETIME,
  NUMBER_AHEAD,
} from "./Announcement.ts";
import { announcedUrlFault } from "./announcedUrlFault.ts";

/** How far ahead the clock of whoever signs may be. In seconds. */
const SKEW = 60;

/** A header has these and nothing else: no key, no address of a key, no extension. */
const headerSchema = z.strictObject({
  alg: z.literal("EdDSA"),
  typ: z.literal(ANNOUNCEMENT_TYPE),
  kid: z.optional(z.string()),
});

/** What an announcement is held to. */
export interface AnnouncementTerms {
  readonly gate: string;
  /** Hosts that may be announced. */
  readonly hosts: readonly string[];
  /** In milliseconds since 1970. */
  readonly now: number;
}

/** Why an announcement does not count. */
export type AnnouncementFaultCode =
  | "announcement-unreadable"
  | "announcement-forged"
  | "announcement-expired"
  | "announcement-early"
  | "announcement-lifetime"
  | "announcement-not-ours"
  | "announcement-url";

/** An announcement that counts, or why it does not. */
export type AnnouncementResult =
  | { readonly ok: true; readonly announcement: Announcement }
  | { readonly ok: false; readonly fault: { readonly code: AnnouncementFaultCode; readonly message: string } };

/**
 * Reads an announcement: signed with the pinned key, made for this use, for this gate, of now, and with a URL on one of the
 * hosts. Never throws. What it says of roots and order is for others to judge.
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
    return fault("announcement-not-ours", `it is for the gate ${announcement.gate}, and this sync is for ${gate}`);
  const seconds = now / 1000;
  if (iat > seconds + SKEW)
    return fault("announcement-early", `it was signed ${Math.round(iat - seconds)} s ahead of this clock`);
  if (seq > seconds + NUMBER_AHEAD)
    return fault("announcement-early", `its number ${seq} is more than a day ahead of the time in seconds`);
  if (exp <= iat || exp > iat + LIFETIME)
    return fault("announcement-lifetime", `it counts for ${exp - iat} s; at most ${LIFETIME} s are taken`);
  if (exp <= seconds) return fault("announcement-expired", `it ran out ${Math.round(seconds - exp)} s ago`);
  const urlFault = announcedUrlFault(url, hosts);
  return urlFault === undefined
    ? { ok: true, announcement }
    : fault("announcement-url", `the URL that it announces ${urlFault}`);
}

/** Reads an announcement whatever its time, gate and URL: only that the key signed it, and that it is one. */
export async function verifyAnnouncement(text: string, { kty, crv, x }: Ed25519PublicKey): Promise<AnnouncementResult> {
  if (text.length > ANNOUNCEMENT_BYTES) return fault("announcement-unreadable", "it is too long");
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return fault("announcement-unreadable", "it is no compact JWS");
  let payload: string;
  try {
    const verified = await compactVerify(text, await importJWK({ kty, crv, x }, "EdDSA"), { algorithms: ["EdDSA"] });
    if (!headerSchema.safeParse(verified.protectedHeader).success)
      return fault("announcement-forged", `its header is another than that of a ${ANNOUNCEMENT_TYPE}`);
    payload = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(verified.payload);
  } catch {
    return fault("announcement-forged", "it was not signed with the pinned key");
  }
  const claims = json(payload);
  // Written any other way, a member may stand there twice, and readers differ in which of them counts.
  if (claims === undefined || JSON.stringify(claims) !== payload)
    return fault("announcement-unreadable", "what was signed is no JSON in its plain form");
  const parsed = announcementSchema.safeParse(claims);
  if (parsed.success) return { ok: true, announcement: parsed.data };
  const [issue] = parsed.error.issues;
  const { path, expected } = issue === undefined ? { path: "", expected: "another form" } : faultFromIssue(issue);
  return fault("announcement-unreadable", `its claims cannot be understood: ${path}: ${expected}`);
}

function fault(code: AnnouncementFaultCode, message: string): AnnouncementResult {
  return { ok: false, fault: { code, message } };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
