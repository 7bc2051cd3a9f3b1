import * as z from "zod";
import { parsedJson } from "../../parsedJson.ts";
import type { TrustedKeys } from "./TrustedKeys.ts";

const headerSchema = z.strictObject({ alg: z.literal("EdDSA"), kid: z.string(), typ: z.string() });

/** A thumbprint (RFC 7638) has 43 characters. */
const MAX_SHOWN_KID = 128;

/** Why a JWS does not count. */
export type JwsFault = "no-jws" | "unknown-key" | "wrong-signature";

/** A JWS whose signature was checked. `payload` is undefined where it is not JSON. */
export interface OpenedJws {
  /** Undefined for a JWS of a trusted key. */
  readonly fault: JwsFault | undefined;
  readonly kid: string | undefined;
  readonly payload: unknown;
}

/**
 * Opens a compact JWS (RFC 7515) of one type. The header has `alg` EdDSA, `kid` and `typ`, and nothing else. Each part must be
 * written as base64url writes it: other characters with the same bytes are no JWS, so that a changed one is found.
 */
export function openJws(jws: string, type: string, keys: TrustedKeys): OpenedJws {
  const [head = "", body = "", signature = "", ...more] = jws.split(".");
  const bytes = Buffer.from(signature, "base64url");
  const payload = jsonOfPart(body);
  const header = headerSchema.safeParse(jsonOfPart(head));
  const isExact = [head, body].every(isExactPart) && bytes.toString("base64url") === signature;
  if (more.length > 0 || !isExact || bytes.length !== 64 || !header.success || header.data.typ !== type)
    return { fault: "no-jws", kid: undefined, payload };
  const { kid } = header.data;
  const result = keys.check(kid, `${head}.${body}`, bytes);
  const fault = result === "right" ? undefined : result === "wrong" ? "wrong-signature" : "unknown-key";
  return { fault, kid: fault === "unknown-key" ? shortened(kid) : kid, payload };
}

/** Anybody can write the id of a key that is not trusted, and it goes into a message. */
function shortened(kid: string): string {
  return kid.length <= MAX_SHOWN_KID ? kid : `${kid.slice(0, MAX_SHOWN_KID)}...`;
}

function isExactPart(part: string): boolean {
  return Buffer.from(part, "base64url").toString("base64url") === part;
}

function jsonOfPart(part: string): unknown {
  return parsedJson(Buffer.from(part, "base64url").toString("utf8"));
}
