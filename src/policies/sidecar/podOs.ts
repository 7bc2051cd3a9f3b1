import type { PodSpec } from "kubernetes-types/core/v1.js";

/** The labels of nodes with their operating system. The second is deprecated, but still set by kubelets. */
const OS_LABELS = ["kubernetes.io/os", "beta.kubernetes.io/os"];

/**
 * The operating system of the nodes that a Pod runs on: `spec.os`, or what its node selector or its required node affinity
 * demand; `linux` when they say nothing (KEP-2802).
 */
export function podOs(spec: PodSpec | undefined): string {
  const named: unknown = Reflect.get(Object(Reflect.get(spec ?? {}, "os")), "name");
  if (typeof named === "string" && named !== "") return named;
  for (const label of OS_LABELS) {
    const selected = spec?.nodeSelector?.[label];
    if (selected !== undefined) return selected;
  }
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const demanded = terms.map(
    ({ matchExpressions = [] }) =>
      matchExpressions.find(({ key, operator }) => operator === "In" && OS_LABELS.includes(key))?.values ?? [],
  );
  const [[first] = []] = demanded;
  const isOne = demanded.every((values) => values.length === 1 && values[0] === first);
  return isOne && first !== undefined ? first : "linux";
}
