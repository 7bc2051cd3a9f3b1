import type { PodSecurityLevel } from "../../../src/policies/pod-security/controlsOf.ts";
import type { PodSecurityVersion } from "../../../src/policies/pod-security/PodSecurityVersion.ts";
import { podSecurity } from "../../../src/policies/pod-security/podSecurity.ts";
import type { Policy } from "../../../src/policy/define/policy.ts";
import type { ClusterClient } from "../../cluster/ClusterClient.ts";
import { TestNamespace } from "../../cluster/TestNamespace.ts";
import { eventually } from "../../run/eventually.ts";
import { dryCreate } from "./dryCreate.ts";
import { inParallel } from "./inParallel.ts";
import { OBJECT_KINDS } from "./objects/objectKinds.ts";
import { PROBE_POD } from "./objects/probePod.ts";

/** A namespace where the API server enforces a level, and the policy that does the same. */
export interface AdmissionNamespace {
  readonly ns: TestNamespace;
  readonly policy: Policy;
}

const LEVELS: readonly PodSecurityLevel[] = ["baseline", "restricted"];

/** Makes a namespace for each level at each version. Resolves when the API server enforces all of them. */
export function admissionNamespaces(
  cluster: ClusterClient,
  versions: readonly PodSecurityVersion[],
): Promise<AdmissionNamespace[]> {
  const wanted = LEVELS.flatMap((level) => versions.map((version) => ({ level, version })));
  return inParallel(wanted, async ({ level, version }) => {
    const ns = await TestNamespace.create(cluster, "pod-security");
    const prefix = "pod-security.kubernetes.io/";
    const labels = Object.fromEntries(
      ["enforce", "warn"].flatMap((mode) => [
        [`${prefix}${mode}`, level],
        [`${prefix}${mode}-version`, version],
      ]),
    );
    await cluster.api.merge(`/api/v1/namespaces/${ns.name}`, { metadata: { labels } });
    await eventually(`${level} in ${ns.name}`, async () => {
      const { status } = await dryCreate(ns, OBJECT_KINDS.Pod, PROBE_POD);
      return status === 403 ? true : undefined;
    });
    return { ns, policy: podSecurity({ level, version, templates: "warn" }) };
  });
}
