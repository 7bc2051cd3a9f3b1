import type { CertificateView } from "../CertificateView.ts";
import { readRolloutSettings } from "../RolloutSettings.ts";
import { type WorkloadRef, workloadName } from "../workload/WorkloadRef.ts";

/** By the view of a Certificate, which is read once for each state of it. */
const workloads = new WeakMap<CertificateView, ReadonlySet<string>>();

/**
 * Finds the rivals of a Certificate among the Certificates of its namespace. When several name one workload, the oldest rolls
 * it; of two with the same age, the first by name. The result maps a workload to the name of that other Certificate. Takes
 * one pass: a namespace may have thousands.
 */
export function rivalsOf(
  certificate: CertificateView,
  all: readonly CertificateView[],
): (ref: WorkloadRef) => string | undefined {
  const age = ({ created, name }: CertificateView): string => `${created} ${name}`;
  const own = age(certificate);
  const rivals = new Map<string, string>();
  for (const other of all) {
    if (other.uid === certificate.uid || age(other) >= own) continue;
    for (const workload of workloadsOf(other)) {
      const known = rivals.get(workload);
      if (known === undefined || other.name < known) rivals.set(workload, other.name);
    }
  }
  return (ref) => rivals.get(workloadName(ref));
}

/** The names of the workloads of a Certificate; none where its annotations cannot be read. */
function workloadsOf(certificate: CertificateView): ReadonlySet<string> {
  const known = workloads.get(certificate) ?? new Set(readNames(certificate));
  workloads.set(certificate, known);
  return known;
}

function readNames({ annotations }: CertificateView): readonly string[] {
  try {
    return readRolloutSettings(annotations)?.workloads.map(workloadName) ?? [];
  } catch {
    return [];
  }
}
