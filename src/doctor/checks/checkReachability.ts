import type { ClusterView } from "../cluster/ClusterView.ts";
import { connectionFault } from "../connectionFault.ts";
import type { DoctorFinding } from "../DoctorFinding.ts";

/** Checks whether every address of each endpoint answers from this machine. The API server's network may differ. */
export function checkReachability({ endpoints }: ClusterView): DoctorFinding[] {
  return endpoints.flatMap(({ base, handshakes, fault }): DoctorFinding[] => {
    const silent = handshakes.flatMap((it) => ("fault" in it ? [`${it.address}: ${connectionFault(it.fault)}`] : []));
    if (handshakes.some((it) => "chain" in it))
      return silent.map((message) => ({
        code: "address-silent",
        severity: "warning",
        about: base,
        message: `one of its addresses completes no TLS handshake from here: ${message}`,
        todo: "Repair this address, or remove it from DNS: the API server may use it. The sync removes no root until it answers.",
      }));
    const reason =
      [...(fault === undefined ? [] : [connectionFault(fault)]), ...silent].join("; ") || "it has no address";
    return [
      {
        code: "unreachable",
        severity: "error",
        about: base,
        message: `no answer from here: ${reason}`,
        todo: "Check that the gate is deployed, its name resolves and its port is open. If only the cluster can reach it, run this command in the cluster.",
      },
    ];
  });
}
