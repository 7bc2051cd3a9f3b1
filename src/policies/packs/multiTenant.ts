import { requireImagePullPolicy } from "../images/requireImagePullPolicy.ts";
import { disallowNodePorts } from "../network/disallowNodePorts.ts";
import { disallowWildcardHosts } from "../network/disallowWildcardHosts.ts";
import { disallowClusterAdminBindings } from "../rbac/disallowClusterAdminBindings.ts";
import { disallowEscalatingRoles } from "../rbac/disallowEscalatingRoles.ts";
import { disallowWildcardRoles } from "../rbac/disallowWildcardRoles.ts";
import { makePack } from "./makePack.ts";
import type { Pack, PackOptions } from "./Pack.ts";

/**
 * What keeps teams that share a cluster apart, beside `baseline` or `restricted`: no rights beyond their own, no hosts and
 * ports of others, and no private images that another team's Pod has pulled. Which nodes, registries and classes each team
 * has are options of other policies. Throws `PolicyDefinitionError`.
 */
export function multiTenant(options: PackOptions = {}): Pack {
  const policies = [
    disallowClusterAdminBindings(),
    disallowEscalatingRoles(),
    disallowNodePorts(),
    disallowWildcardHosts(),
    disallowWildcardRoles(),
    requireImagePullPolicy(),
  ];
  return makePack("multiTenant", policies, options);
}
