import { isIPv6 } from "node:net";
import { handshake } from "../../trust/probe/handshake.ts";
import type { KeyOffer } from "../../trust/probe/Observation.ts";

/** A server to be asked for its certificate. */
export interface ServingProbe {
  /** Of a Pod. */
  readonly address: string;
  readonly port: number;
  /** For SNI. */
  readonly host: string;
  /** Serials that are right, in lower-case hex without leading zeros. */
  readonly serials: readonly string[];
  /** For each handshake, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const KEYS: readonly KeyOffer[] = ["ecdsa", "rsa"];

/** Shakes hands with a server. "" when it serves one of the serials; else what it does, in words. Never throws. */
export async function probeServing(probe: ServingProbe): Promise<string> {
  const { address, port, serials } = probe;
  const family = isIPv6(address) ? 6 : 4;
  let words = "";
  for (const key of KEYS)
    for (const version of ["TLSv1.3", "TLSv1.2"] as const) {
      const seen = await handshake(probe, { address, family, version, key });
      if (seen.ok) {
        const serial = seen.chain[0]?.serial ?? "";
        if (serials.includes(serial) && seen.finished) return "";
        words = serials.includes(serial)
          ? "breaks the handshake off"
          : `serves serial ${serial}, not ${serials.join(" or ")}`;
        break;
      }
      if (words === "") words = `handshake at port ${port}: ${seen.message}`;
      // What does not answer at all does not by another key.
      if (seen.code === "timeout" || seen.code === "unreachable" || seen.code === "aborted") return words;
    }
  return words;
}
