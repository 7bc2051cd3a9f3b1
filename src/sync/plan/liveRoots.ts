import { encodeBundle } from "../../trust/bundle.ts";
import { bundleHash } from "../../trust/bundleHash.ts";
import { parseBundle } from "../../trust/parseBundle.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";

/** What stands for the hash of an empty bundle: the roots of the API server's own host. */
export const SYSTEM_TRUST = "system";

/** At the beginning of a line, where Go looks for one: not behind a byte order mark, nor glued to the block before. */
const BLOCK = /(?<=^|\n)-----BEGIN CERTIFICATE-----\r?\n[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----(?=\r?\n|$)/g;

/**
 * The certificates of a bundle that is in force. Whatever cannot be read is passed over, as the API server does: what was
 * written by hand may be anything, and what can be read of it may be what keeps the gate reachable.
 */
export function liveRoots(bundle: string): readonly Certificate[] {
  return (bundle.match(BLOCK) ?? []).flatMap((block) => {
    try {
      return parseBundle(`${block}\n`, "caBundle").certificates;
    } catch {
      return [];
    }
  });
}

/** A bundle as the sync writes it; empty without roots. */
export function bundleOf(roots: readonly Certificate[], comment?: string): string {
  return roots.length === 0 ? "" : encodeBundle(roots, comment === undefined ? {} : { comment });
}

/** The roots that stay when a bundle is written: of several with one key and name, one. */
export function distinctRoots(roots: readonly Certificate[]): readonly Certificate[] {
  return liveRoots(bundleOf(roots));
}

/** The same for all bundles that trust the same: `sha256:HEX`, or `system` for an empty one. */
export function trustHash(roots: readonly Certificate[]): string {
  return roots.length === 0 ? SYSTEM_TRUST : bundleHash(bundleOf(roots));
}
