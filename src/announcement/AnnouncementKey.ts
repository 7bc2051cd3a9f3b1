import { createPrivateKey, createPublicKey } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { CompactSign, importJWK } from "jose";
import * as z from "zod/mini";
import { ConfigError } from "../config/ConfigError.ts";
import { ANNOUNCEMENT_TYPE, type Announcement } from "./Announcement.ts";

/** A private Ed25519 JWK (RFC 8037). */
export interface AnnouncementKey {
  readonly kty: "OKP";
  readonly crv: "Ed25519";
  /** The public key. */
  readonly x: string;
  /** The private key. */
  readonly d: string;
}

const keySchema = z.object({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: z.string(),
  d: z.string(),
});

/**
 * Reads a private Ed25519 JWK (RFC 8037) from a file. The file must not be readable by others; its group may read it, as
 * Secret volumes require. Throws {@link ConfigError} `bad-config` or `unreadable-config`. Messages never contain the key.
 */
export async function readAnnouncementKey(file: string): Promise<AnnouncementKey> {
  const [text, { mode }] = await Promise.all([readFile(file, "utf8"), stat(file)]).catch((error: unknown): never => {
    throw new ConfigError("unreadable-config", `key: ${file} cannot be read`, error);
  });
  if (process.platform !== "win32" && (mode & 0o007) !== 0)
    throw new ConfigError("bad-config", `key: ${file} is accessible to others; chmod 600 ${file}`);
  const parsed = keySchema.safeParse(parseJson(text));
  const wanted = `key: ${file} is not a private Ed25519 JWK (kty OKP, crv Ed25519, x, d)`;
  if (!parsed.success) throw new ConfigError("bad-config", wanted);
  const { kty, crv, x, d } = parsed.data;
  if (publicPartOf({ kty, crv, x, d }) !== x) throw new ConfigError("bad-config", `${wanted} whose x belongs to its d`);
  return { kty, crv, x, d };
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

/** Computes `x` from `d`. Node accepts any pair, and no reader could verify the signatures of a wrong one. */
function publicPartOf(key: AnnouncementKey): string | undefined {
  try {
    const { x } = createPublicKey(createPrivateKey({ key: { ...key }, format: "jwk" })).export({ format: "jwk" });
    return x;
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
