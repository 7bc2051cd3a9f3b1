import type { CertificateStatus } from "../GateDependencies.ts";
import type { GateRuntime } from "../GateRuntime.ts";

/** The answer of `/readyz`. */
export interface GateReadiness {
  readonly status: 200 | 503;
  readonly body: {
    readonly status: "ready" | "draining" | "certificate-ended";
    /** The number of policies in the gate. */
    readonly policies: number;
    /** Calls for entries that the gate does not have, since it started. */
    readonly unknownEntryCalls: number;
    readonly certificate?: Omit<CertificateStatus, "isReady">;
  };
}

/** Whether the gate takes calls. It does not while its process stops, or after its certificate has ended. */
export function gateReadiness({ gate, deps, counters }: GateRuntime): GateReadiness {
  const certificate = deps.certificateStatus?.();
  const status = statusOf(deps.isDraining?.() === true, certificate);
  const { slot, serial, notAfter, faults = [] } = certificate ?? {};
  return {
    status: status === "ready" ? 200 : 503,
    body: {
      status,
      policies: gate.policies.length,
      unknownEntryCalls: counters.of("unknown_entry"),
      ...(slot === undefined || serial === undefined || notAfter === undefined
        ? {}
        : // Without messages: they name files of this machine, and anyone who can call the gate reads this.
          { certificate: { slot, serial, notAfter, faults: faults.map((it) => ({ slot: it.slot, code: it.code })) } }),
    },
  };
}

function statusOf(isDraining: boolean, certificate: CertificateStatus | undefined): GateReadiness["body"]["status"] {
  if (isDraining) return "draining";
  return certificate?.isReady === false ? "certificate-ended" : "ready";
}
