import type { CertificateStatus } from "../GateDependencies.ts";
import type { GateRuntime } from "../GateRuntime.ts";

/** What `/readyz` answers. */
export interface GateReadiness {
  readonly status: 200 | 503;
  readonly body: {
    readonly status: "ready" | "draining" | "certificate-ended";
    readonly policies: number;
    readonly unknownEntryCalls: number;
    readonly certificate?: Omit<CertificateStatus, "isReady">;
  };
}

/** Whether the gate takes calls, and what it is made of. */
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
        : // Words name files of this machine, and this is for whoever can call the gate.
          { certificate: { slot, serial, notAfter, faults: faults.map((it) => ({ slot: it.slot, code: it.code })) } }),
    },
  };
}

function statusOf(draining: boolean, certificate: CertificateStatus | undefined): GateReadiness["body"]["status"] {
  if (draining) return "draining";
  return certificate?.isReady === false ? "certificate-ended" : "ready";
}
