import { CompactSign, importJWK } from "jose";
import { ANNOUNCEMENT_TYPE, type Announcement } from "./Announcement.ts";

/** A private Ed25519 key (RFC 8037). */
export interface AnnouncementKey {
  readonly kty: "OKP";
  readonly crv: "Ed25519";
  readonly x: string;
  readonly d: string;
}

/** Signs an announcement: a compact JWS (RFC 7515) with EdDSA. */
export async function signAnnouncement(announcement: Announcement, key: AnnouncementKey): Promise<string> {
  const { kty, crv, x, d } = key;
  const { gate, clusters, url, roots, iat, exp, seq } = announcement;
  const payload = new TextEncoder().encode(JSON.stringify({ gate, clusters, url, roots, iat, exp, seq }));
  return new CompactSign(payload)
    .setProtectedHeader({ alg: "EdDSA", typ: ANNOUNCEMENT_TYPE })
    .sign(await importJWK({ kty, crv, x, d }, "EdDSA"));
}
