import { isJsonObject } from "../../../src/protocol/Json.ts";
import { benchReview } from "../gate/benchReview.ts";

/** The review of the benchmarks, 7.4 kB, with a Pod that meets the level restricted: each condition is asked to its end. */
export function restrictedReview(): string {
  const body: unknown = JSON.parse(benchReview);
  const request = isJsonObject(body) && isJsonObject(body.request) ? body.request : {};
  const spec: Record<string, unknown> =
    isJsonObject(request.object) && isJsonObject(request.object.spec) ? request.object.spec : {};
  spec.securityContext = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };
  for (const list of [spec.containers, spec.initContainers])
    for (const container of Array.isArray(list) ? list : [])
      container.securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
  return JSON.stringify(body);
}
