import { CompactSign, exportJWK, generateKeyPair, importJWK } from "jose";
import { ANNOUNCEMENT_TYPE, type Announcement } from "../../src/announcement/Announcement.ts";
import { type AnnouncementKey, signAnnouncement } from "../../src/announcement/AnnouncementKey.ts";
import type { Ed25519PublicKey } from "../../src/trust/Ed25519PublicKey.ts";

/** A whole second, as the claims have it. */
export const NOW = Date.parse("2026-07-01T12:00:00Z");
const SECONDS = NOW / 1000;

/** Makes a new key. */
export async function announcementKey(): Promise<AnnouncementKey> {
  const pair = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const { x = "", d = "" } = await exportJWK(pair.privateKey);
  return { kty: "OKP", crv: "Ed25519", x, d };
}

/** The public part of a key, for pinning. */
export function publicPart({ kty, crv, x }: AnnouncementKey): Ed25519PublicKey {
  return { kty, crv, x };
}

/** A valid announcement with the given changes. */
export function announcementOf(change: Partial<Announcement> = {}): Announcement {
  return {
    gate: "postern",
    clusters: ["*"],
    url: "https://gate.example.com",
    roots: ["letsencrypt"],
    iat: SECONDS,
    exp: SECONDS + 3_600,
    seq: 7,
    ...change,
  };
}

/** A valid announcement with the given changes, signed. */
export function signed(key: AnnouncementKey, change: Partial<Announcement> = {}): Promise<string> {
  return signAnnouncement(announcementOf(change), key);
}

/** Any payload and header, signed. */
export async function signedAs(
  key: AnnouncementKey,
  payload: string | Uint8Array,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const { kty, crv, x, d } = key;
  const bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  const crit = Object.fromEntries(Object.keys(header).map((name) => [name, true]));
  return new CompactSign(bytes)
    .setProtectedHeader({ alg: "EdDSA", typ: ANNOUNCEMENT_TYPE, ...header })
    .sign(await importJWK({ kty, crv, x, d }, "EdDSA"), { crit });
}
