import type { ClusterView } from "../cluster/ClusterView.ts";
import type { Diagnosis } from "../Diagnosis.ts";

/** Whether every address of each endpoint answers from here. From the API server it may be another matter. */
export function checkReachability({ endpoints }: ClusterView): Diagnosis[] {
  return endpoints.flatMap(({ base, handshakes, fault }): Diagnosis[] => {
    const silent = handshakes.flatMap((it) => ("fault" in it ? [`${it.address}: ${it.fault}`] : []));
    if (handshakes.some((it) => "chain" in it))
      return silent.map((message) => ({
        code: "address-silent",
        severity: "warning",
        about: base,
        message: `one of its addresses shakes no hands from here: ${message}`,
        todo: "Repair that address, or take it out of DNS: the API server may be given it. The sync takes no root away until it answers.",
      }));
    const why = [...(fault === undefined ? [] : [fault]), ...silent].join("; ") || "it has no address";
    return [
      {
        code: "unreachable",
        severity: "error",
        about: base,
        message: `no answer from here: ${why}`,
        todo: "See whether the gate is deployed, its name resolves and its port is open. Where only the cluster has a way to it, run this in the cluster.",
      },
    ];
  });
}
