import type { CertificateView } from "../CertificateView.ts";
import { readRolloutSettings } from "../RolloutSettings.ts";
import { type WorkloadRef, workloadName } from "../workload/WorkloadRef.ts";

/**
 * Finds the rivals of a Certificate among the Certificates of its namespace. When several name one workload, the oldest rolls
 * it; of two with the same age, the first by name. The result maps a workload to the name of that other Certificate.
 */
export function rivalsOf(
  certificate: CertificateView,
  all: readonly CertificateView[],
): (ref: WorkloadRef) => string | undefined {
  const age = ({ created, name }: CertificateView): string => `${created} ${name}`;
  const rivals = new Map<string, string>();
  for (const other of [...all].sort((left, right) => (left.name < right.name ? -1 : 1)))
    if (other.uid !== certificate.uid && age(other) < age(certificate))
      for (const ref of workloadsOf(other)) {
        const name = workloadName(ref);
        if (!rivals.has(name)) rivals.set(name, other.name);
      }
  return (ref) => rivals.get(workloadName(ref));
}

function workloadsOf({ annotations }: CertificateView): readonly WorkloadRef[] {
  try {
    return readRolloutSettings(annotations)?.workloads ?? [];
  } catch {
    return [];
  }
}
