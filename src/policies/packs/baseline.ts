import { limitExternalIps } from "../network/limitExternalIps.ts";
import { podSecurity } from "../pod-security/podSecurity.ts";
import { limitBindingSubjects } from "../rbac/limitBindingSubjects.ts";
import { makePack } from "./makePack.ts";
import type { Pack, PackOptions } from "./Pack.ts";

/**
 * What nearly all workloads meet already: the level `baseline` of the Pod Security Standards, no external IPs of Services
 * (CVE-2020-8554), and no rights for everybody. Throws `PolicyDefinitionError`.
 */
export function baseline(options: PackOptions = {}): Pack {
  return makePack(
    "baseline",
    [podSecurity({ level: "baseline" }), limitExternalIps(), limitBindingSubjects()],
    options,
  );
}
