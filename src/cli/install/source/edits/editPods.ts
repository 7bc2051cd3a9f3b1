import { call, value } from "../../expression/build.ts";
import { Conditional } from "../../expression/Template.ts";
import type { ManifestSet } from "../ManifestSet.ts";

const PODS = [
  ["CronJob/postern-sync", "/spec/jobTemplate/spec/template"],
  ["Deployment/postern-sync", "/spec/template"],
  ["Deployment/postern-gate", "/spec/template"],
  ["Deployment/postern-rollout", "/spec/template"],
  ["Deployment/tls-sidecar-nginx", "/spec/template"],
] as const;

/** Puts what all Pods have into each of them. */
export function editPods(set: ManifestSet): void {
  for (const [object, template] of PODS) {
    for (const key of ["nodeSelector", "tolerations", "affinity", "priorityClassName"])
      set.only(value(`pods.${key}`), object, `${template}/spec/${key}`, value(`pods.${key}`));
    set.only(value("imagePullSecrets"), object, `${template}/spec/imagePullSecrets`, value("imagePullSecrets"));
    // What the manifest has stays: selectors and probes need it.
    for (const key of ["labels", "annotations"])
      set.change(
        object,
        `${template}/metadata/${key}`,
        (before) =>
          new Conditional(value(`pods.${key}`), call("merged", value(`pods.${key}`), { ...Object(before) }), before),
      );
  }
}
