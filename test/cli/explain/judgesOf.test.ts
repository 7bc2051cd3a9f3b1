import { expect, it } from "vitest";
import { judgesOf } from "../../../src/cli/explain/judgesOf.ts";
import docs from "../../../src/policies/catalogue/builtins.json" with { type: "json" };

const [base] = docs.builtins;
if (base === undefined) throw new Error("there is no policy");
const docOf = (name: string, resources: string[], podTemplates: boolean, fields: string[]) => ({
  ...base,
  name,
  resources,
  podTemplates,
  fields,
});
const known = [
  docOf("host", ["pods"], true, ["spec.hostNetwork", "spec.hostPID"]),
  docOf("privileged", ["pods"], true, ["spec.containers[].securityContext.privileged"]),
  docOf("volumes", ["pods"], true, ["spec.volumes[]"]),
  docOf("sidecar", ["pods"], false, ["spec.initContainers"]),
  docOf("types", ["services"], false, ["spec.type"]),
  docOf("quantities", ["pods"], true, ["spec.resources.limits"]),
  docOf("roles", ["roles", "clusterroles"], false, ["rules[].verbs", "subjects[]"]),
];

it.each<[field: string, judges: string[]]>([
  ["spec.hostNetwork", ["host =spec.hostNetwork"]],
  ["hostNetwork", ["host =spec.hostNetwork"]],
  ["Pod.spec.hostNetwork", ["host =spec.hostNetwork"]],
  ["Service.spec.hostNetwork", []],
  ["Deployment.spec.template.spec.hostNetwork", ["host =spec.hostNetwork"]],
  ["CronJob.spec.jobTemplate.spec.template.spec.hostNetwork", ["host =spec.hostNetwork"]],
  ["spec.template.spec.hostPID", ["host =spec.hostPID"]],
  ["Deployment.spec.hostNetwork", []],
  ["Deployment.spec.template.spec.initContainers", ["privileged spec.containers[].securityContext.privileged"]],
  ["containers.securityContext.privileged", ["privileged =spec.containers[].securityContext.privileged"]],
  ["spec.containers[0].securityContext.privileged", ["privileged =spec.containers[].securityContext.privileged"]],
  ["initContainers[].securityContext.privileged", ["privileged =spec.containers[].securityContext.privileged"]],
  ["securityContext.privileged", ["privileged =spec.containers[].securityContext.privileged"]],
  ["securityContext", ["privileged spec.containers[].securityContext.privileged"]],
  ["spec.initContainers", ["sidecar =spec.initContainers", "privileged spec.containers[].securityContext.privileged"]],
  ["spec.volumes.hostPath.path", ["volumes spec.volumes[]"]],
  ["volumes[].hostPath", []],
  ["Service.spec.type", ["types =spec.type"]],
  ["service.spec.type", ["types =spec.type"]],
  ["services.spec.type", ["types =spec.type"]],
  ["pod.spec.type", []],
  ["pods.spec.hostPID", ["host =spec.hostPID"]],
  ["deployment.spec.template.spec.hostPID", ["host =spec.hostPID"]],
  ["deployment.spec.hostPID", []],
  ["resources.limits.cpu", ["quantities spec.resources.limits"]],
  ["ClusterRole.rules.verbs", ["roles =rules[].verbs"]],
  ["subjects.name", ["roles subjects[]"]],
  ["spec.suspend", []],
  ["spec.hostNetworkX", []],
  ["", []],
  [".", []],
  ["[", []],
])("judgesOf finds for %s: %s", (field, expected) => {
  const found = judgesOf(field, known).map(({ doc, path, isExact }) => `${doc.name} ${isExact ? "=" : ""}${path}`);
  expect(found).toEqual(expected);
});
