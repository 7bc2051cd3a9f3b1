import { createPrivateKey, createPublicKey } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import * as z from "zod/mini";
import { ConfigError } from "../config/ConfigError.ts";
import type { AnnouncementKey } from "./signAnnouncement.ts";

const keySchema = z.object({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: z.string(),
  d: z.string(),
});

/**
 * Reads a private Ed25519 JWK (RFC 8037) from a file that not everybody may read; its group may, as Secret volumes have it.
 * Throws {@link ConfigError} `bad-config` or `unreadable-config`, and never says what the file holds.
 */
export async function readAnnouncementKey(file: string): Promise<AnnouncementKey> {
  const [text, { mode }] = await Promise.all([readFile(file, "utf8"), stat(file)]).catch((error: unknown): never => {
    throw new ConfigError("unreadable-config", `key: ${file} cannot be read`, error);
  });
  if (process.platform !== "win32" && (mode & 0o007) !== 0)
    throw new ConfigError("bad-config", `key: ${file} may be read by everybody; chmod 600 ${file}`);
  const parsed = keySchema.safeParse(json(text));
  const wanted = `key: ${file} is not a private Ed25519 JWK (kty OKP, crv Ed25519, x, d)`;
  if (!parsed.success) throw new ConfigError("bad-config", wanted);
  const { kty, crv, x, d } = parsed.data;
  if (publicPartOf({ kty, crv, x, d }) !== x) throw new ConfigError("bad-config", `${wanted} whose x belongs to its d`);
  return { kty, crv, x, d };
}

/** The `x` that belongs to a `d`: Node takes any two together, and what such a key signs nobody can verify. */
function publicPartOf(key: AnnouncementKey): string | undefined {
  try {
    const { x } = createPublicKey(createPrivateKey({ key: { ...key }, format: "jwk" })).export({ format: "jwk" });
    return x;
  } catch {
    return undefined;
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
