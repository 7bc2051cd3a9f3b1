import { disallowLatestTag } from "../../../src/policies/images/disallowLatestTag.ts";
import { denyLabels } from "../../../src/policies/labels/denyLabels.ts";
import { requireLabels } from "../../../src/policies/labels/requireLabels.ts";
import { requireResources } from "../../../src/policies/resources/requireResources.ts";
import { deny, type Finding } from "../../../src/policy/define/Finding.ts";
import { type Policy, policy } from "../../../src/policy/define/policy.ts";

/** Eight policies that match and allow the Pod of the captured review: four built-in policies and four custom ones. */
export function matchingPolicies(): Policy[] {
  return [
    denyLabels(),
    disallowLatestTag(),
    requireLabels({ labels: ["app.kubernetes.io/name", { key: "team", pattern: "[a-z-]+" }] }),
    requireResources(),
    policy({
      name: "no-privilege",
      match: { resources: ["pods"], podTemplates: true },
      validate: ({ containers }): Finding[] =>
        containers()
          .filter(
            ({ container: { securityContext } }) =>
              securityContext?.privileged === true || securityContext?.allowPrivilegeEscalation !== false,
          )
          .map(({ path }) => deny(`${path}.securityContext must not let the process gain privileges`)),
    }),
    policy({
      name: "no-host-access",
      match: { resources: ["pods"], namespaces: { exclude: ["kube-*"] } },
      validate: ({ object: { spec } }) =>
        spec?.hostNetwork === true ||
        spec?.hostPID === true ||
        spec?.volumes?.some(({ hostPath }) => hostPath !== undefined) === true
          ? deny("the Pod must not use its host's network, processes or files")
          : undefined,
    }),
    policy({
      name: "run-as-non-root",
      match: { resources: ["pods"], operations: ["CREATE"] },
      validate: ({ object, path }) =>
        object.spec?.securityContext?.runAsNonRoot === true
          ? undefined
          : deny(`${path("spec", "securityContext", "runAsNonRoot")} must be true`),
    }),
    policy({
      name: "payments-registry",
      match: { resources: ["pods"], labels: { matchLabels: { team: "payments" } } },
      validate: ({ containers }): Finding[] =>
        containers()
          .filter(({ container: { image = "" } }) => !image.startsWith("registry.example.com/"))
          .map(({ path }) => deny(`${path}.image must come from registry.example.com`)),
    }),
  ];
}
