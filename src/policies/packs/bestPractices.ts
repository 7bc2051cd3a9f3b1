import { disallowLatestTag } from "../images/disallowLatestTag.ts";
import { requireLabels } from "../labels/requireLabels.ts";
import { requireIngressTls } from "../network/requireIngressTls.ts";
import { requireResources } from "../resources/requireResources.ts";
import { requireProbes } from "../workloads/requireProbes.ts";
import { requireTopologySpread } from "../workloads/requireTopologySpread.ts";
import { makePack } from "./makePack.ts";
import type { Pack, PackOptions } from "./Pack.ts";

/**
 * What keeps workloads running and findable: images that do not change, requests and limits, probes, replicas that do not
 * fail together, the label `app.kubernetes.io/name`, and TLS. Begin with the mode `warn`: hardly a cluster meets all of it.
 * `disallowDefaultNamespace` is not in it, because the gate would be sent Secrets. Throws `PolicyDefinitionError`.
 */
export function bestPractices(options: PackOptions = {}): Pack {
  const policies = [
    disallowLatestTag(),
    requireIngressTls(),
    requireLabels(),
    requireProbes(),
    requireResources(),
    requireTopologySpread(),
  ];
  return makePack("bestPractices", policies, options);
}
