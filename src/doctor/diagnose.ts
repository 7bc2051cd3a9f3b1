import { checkBundle } from "./checks/checkBundle.ts";
import { checkCapability } from "./checks/checkCapability.ts";
import { checkCatalogues } from "./checks/checkCatalogues.ts";
import { checkClocks } from "./checks/checkClocks.ts";
import { checkExceptions } from "./checks/checkExceptions.ts";
import { checkExpiry } from "./checks/checkExpiry.ts";
import { checkGuards } from "./checks/checkGuards.ts";
import { checkLimits } from "./checks/checkLimits.ts";
import { checkOtherWebhooks } from "./checks/checkOtherWebhooks.ts";
import { checkPlan } from "./checks/checkPlan.ts";
import { checkPolicies } from "./checks/checkPolicies.ts";
import { checkReachability } from "./checks/checkReachability.ts";
import { checkRenewal } from "./checks/checkRenewal.ts";
import { checkSelfTest } from "./checks/checkSelfTest.ts";
import { checkSync } from "./checks/checkSync.ts";
import { checkTrust } from "./checks/checkTrust.ts";
import { checkUrl } from "./checks/checkUrl.ts";
import { checkVersions } from "./checks/checkVersions.ts";
import { checkWriters } from "./checks/checkWriters.ts";
import type { ClusterView } from "./cluster/ClusterView.ts";
import { bySeverity, type DoctorFinding } from "./DoctorFinding.ts";
import { checkSkew } from "./skew/checkSkew.ts";

const CHECKS: readonly ((view: ClusterView) => DoctorFinding[])[] = [
  checkRegistrations,
  checkReachability,
  checkTrust,
  checkSelfTest,
  checkBundle,
  checkCatalogues,
  checkExpiry,
  checkRenewal,
  checkUrl,
  checkCapability,
  checkClocks,
  checkWriters,
  checkSync,
  checkPlan,
  checkGuards,
  checkPolicies,
  checkExceptions,
  checkVersions,
  (view) => checkSkew(view),
  checkLimits,
  checkOtherWebhooks,
  checkUnseen,
];

/** Runs all checks on a view of a cluster. Returns the findings, worst first. Pure: it makes no calls. */
export function diagnose(view: ClusterView): DoctorFinding[] {
  return bySeverity(CHECKS.flatMap((check) => check(view)));
}

function checkRegistrations({ registrations, gate }: ClusterView): DoctorFinding[] {
  if (registrations.some(({ isCanary }) => !isCanary)) return [];
  return [
    {
      code: "no-registration",
      severity: "error",
      about: gate === undefined ? "cluster" : `gate ${gate}`,
      message: "no registration calls the gate, so nothing is reviewed",
      todo: "Apply the output of postern render for this cluster. Check that --context names the intended cluster.",
    },
  ];
}

function checkUnseen({ unseen }: ClusterView): DoctorFinding[] {
  return unseen.map(({ what, reason }) => ({
    code: "not-seen",
    severity: "info",
    about: what,
    message: `could not be checked: ${reason}`,
    todo: "If this check matters, run the command as a user that may read it.",
  }));
}
