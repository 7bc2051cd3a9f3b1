import { checkBundle } from "./checks/checkBundle.ts";
import { checkClocks } from "./checks/checkClocks.ts";
import { checkExpiry } from "./checks/checkExpiry.ts";
import { checkGuards } from "./checks/checkGuards.ts";
import { checkLimits } from "./checks/checkLimits.ts";
import { checkOthers } from "./checks/checkOthers.ts";
import { checkPolicies } from "./checks/checkPolicies.ts";
import { checkReachability } from "./checks/checkReachability.ts";
import { checkRenewal } from "./checks/checkRenewal.ts";
import { checkSelfTest } from "./checks/checkSelfTest.ts";
import { checkSync } from "./checks/checkSync.ts";
import { checkTrust } from "./checks/checkTrust.ts";
import { checkUrl } from "./checks/checkUrl.ts";
import { checkWriters } from "./checks/checkWriters.ts";
import type { ClusterView } from "./cluster/ClusterView.ts";
import { bySeverity, type Diagnosis } from "./Diagnosis.ts";

const CHECKS: readonly ((view: ClusterView) => Diagnosis[])[] = [
  checkRegistrations,
  checkReachability,
  checkTrust,
  checkSelfTest,
  checkBundle,
  checkExpiry,
  checkRenewal,
  checkUrl,
  checkClocks,
  checkWriters,
  checkSync,
  checkGuards,
  checkPolicies,
  checkLimits,
  checkOthers,
  checkSeen,
];

/** Everything that there is to say of a cluster, worst first. Follows from the view alone. */
export function diagnose(view: ClusterView): Diagnosis[] {
  return bySeverity(CHECKS.flatMap((check) => check(view)));
}

function checkRegistrations({ registrations, gate }: ClusterView): Diagnosis[] {
  if (registrations.some(({ isCanary }) => !isCanary)) return [];
  return [
    {
      code: "no-registration",
      severity: "error",
      about: gate === undefined ? "cluster" : `gate ${gate}`,
      message: "no registration has the API server call it: nothing is judged",
      todo: "Apply what postern render prints for this cluster; see that --context is the cluster that was meant.",
    },
  ];
}

function checkSeen({ unseen }: ClusterView): Diagnosis[] {
  return unseen.map(({ what, why }) => ({
    code: "not-seen",
    severity: "info",
    about: what,
    message: `was not looked at: ${why}`,
    todo: "Call as somebody who may read it, where it matters.",
  }));
}
