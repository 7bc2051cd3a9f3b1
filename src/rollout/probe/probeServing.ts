import { isIPv6 } from "node:net";
import type { KeyOffer } from "../../trust/probe/HandshakeObservation.ts";
import { handshake } from "../../trust/probe/handshake.ts";
import type { RolloutSettings } from "../RolloutSettings.ts";
import type { ProbeResult } from "../workload/PodView.ts";

/** A probe of one Pod's certificate. */
export interface ServingProbe {
  /** The Pod's IP address. */
  readonly address: string;
  readonly port: number;
  /** The server name (SNI). */
  readonly host: string;
  /** The expected serial numbers, in lower-case hex without leading zeros. One of them must be served. */
  readonly serials: readonly string[];
  /** The limit of each handshake. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Probes a Pod within the controller's time limit. Never rejects. */
export type ProbePod = (probe: Omit<ServingProbe, "timeoutMs" | "signal">) => Promise<ProbeResult>;

const KEYS: readonly KeyOffer[] = ["ecdsa", "rsa"];

/** Probes a server with each key type and TLS version until it serves an expected serial number. Never rejects. */
export async function probeServing(probe: ServingProbe): Promise<ProbeResult> {
  const { address, port, serials } = probe;
  const family = isIPv6(address) ? 6 : 4;
  let reason = "";
  for (const key of KEYS)
    for (const version of ["TLSv1.3", "TLSv1.2"] as const) {
      const seen = await handshake(probe, { address, family, version, key });
      if (seen.ok) {
        const serial = seen.chain[0]?.serial ?? "(none)";
        const isExpected = serials.includes(serial);
        if (isExpected && seen.finished) return { ok: true };
        reason = isExpected
          ? "closes the connection during the handshake"
          : `serves serial ${serial}, not ${serials.join(" or ")}`;
        break;
      }
      if (reason === "") reason = `handshake at port ${port}: ${seen.message}`;
      // Another key type makes no difference to a server that does not answer.
      if (seen.code === "timeout" || seen.code === "unreachable" || seen.code === "aborted")
        return { ok: false, reason };
    }
  return { ok: false, reason };
}

/** The server name of a probe: the setting, else the Certificate's first name. A wildcard is replaced by one name below it. */
export function probeHostOf({ probeHost }: RolloutSettings, firstName: string | undefined): string {
  return (probeHost ?? firstName ?? "localhost").replace(/^\*/, "canary");
}
