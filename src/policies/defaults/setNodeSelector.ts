import * as z from "zod/mini";
import { deny, type Finding } from "../../policy/define/Finding.ts";
import { isLabelValue, isQualifiedName } from "../../protocol/kubernetesNames.ts";
import { builtin } from "../builtin.ts";
import { isOfDaemonSet } from "./isOfDaemonSet.ts";

/**
 * Adds labels of nodes to the node selector of new Pods, so that the Pods of a namespace run on its nodes, as with the API
 * server's plugin PodNodeSelector. `onConflict` says what to do with a Pod that selects another value.
 *
 * A node affinity, and a node that the Pod names itself, are left as they are: the kubelet then refuses a Pod that does not
 * fit its node.
 */
export const setNodeSelector = builtin({
  name: "set-node-selector",
  description: "Pods must select the configured nodes, so the node selector is set",
  match: { resources: ["pods"], operations: ["CREATE"] },
  params: {
    /** The labels of the nodes. At least one. */
    nodeSelector: z
      .record(
        z.string().check(z.refine(isQualifiedName, "is not a label key")),
        z.string().check(z.refine(isLabelValue, "is not a label value")),
      )
      .check(z.refine((labels) => Object.keys(labels).length > 0, "has no label")),
    /**
     * What to do with another value of a label in a Pod: `keep` it, `overwrite` it, or `deny` the Pod, also one that the
     * controller of a workload from before creates.
     */
    onConflict: z._default(z.enum(["keep", "overwrite", "deny"]), "deny"),
    /**
     * Whether Pods of DaemonSets, and with `podTemplates` their templates, get it too. Their controller has chosen a node for each by the template alone, so a Pod
     * for a node without the labels would never start.
     */
    daemonSets: z._default(z.boolean(), false),
  },
  mutate: (draft, { params, path, resource }): Finding[] => {
    const { spec } = draft;
    if (!spec || (!params.daemonSets && isOfDaemonSet(draft, resource))) return [];
    const present = spec.nodeSelector ?? {};
    const findings: Finding[] = [];
    for (const [key, value] of Object.entries(params.nodeSelector)) {
      const other = Object.hasOwn(present, key) ? present[key] : undefined;
      if (other === value) continue;
      if (other !== undefined && params.onConflict === "keep") continue;
      if (other !== undefined && params.onConflict === "deny") {
        const at = path("spec", "nodeSelector", key);
        findings.push(
          deny(`${at}: the Pod selects '${other}'; it must select '${value}' or leave the label out`, { at }),
        );
        continue;
      }
      spec.nodeSelector ??= {};
      spec.nodeSelector[key] = value;
    }
    return findings;
  },
});
