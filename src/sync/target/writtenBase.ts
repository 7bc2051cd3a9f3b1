import { createHash } from "node:crypto";
import { splitBase, withCapability } from "../../protocol/gateUrl.ts";

/** What stands for a capability. */
const MARK = /^sha256-[0-9a-f]{64}$/;

/**
 * A base URL as the annotation `postern.dev/sync-url` has it: a capability is a secret, so its SHA-256 stands for it. That is
 * enough to see whether the URL in force is the one that was written.
 */
export function writtenBase(base: string): string {
  const { place, token } = splitBase(base);
  if (token === undefined || MARK.test(token)) return base;
  return withCapability(place, `sha256-${createHash("sha256").update(token).digest("hex")}`);
}
