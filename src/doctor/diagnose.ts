import type { ClusterView } from "./ClusterView.ts";
import { checkBundle } from "./checkBundle.ts";
import { checkClocks } from "./checkClocks.ts";
import { checkExpiry } from "./checkExpiry.ts";
import { checkGuards } from "./checkGuards.ts";
import { checkLimits } from "./checkLimits.ts";
import { checkOthers } from "./checkOthers.ts";
import { checkPolicies } from "./checkPolicies.ts";
import { checkReachability } from "./checkReachability.ts";
import { checkRenewal } from "./checkRenewal.ts";
import { checkSelfTest } from "./checkSelfTest.ts";
import { checkSync } from "./checkSync.ts";
import { checkTrust } from "./checkTrust.ts";
import { checkUrl } from "./checkUrl.ts";
import { checkWriters } from "./checkWriters.ts";
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
