import type { FindingCode } from "../../sync/Finding.ts";
import { findingsOf, isLast, type Step } from "../../sync/plan/Step.ts";
import { targetName } from "../../sync/target/SyncTarget.ts";
import type { ClusterView } from "../cluster/ClusterView.ts";
import type { DoctorFinding } from "../DoctorFinding.ts";

/** Findings of the sync that another check reports in more detail. */
const REPORTED_ELSEWHERE: readonly FindingCode[] = [
  "unreachable",
  "address-silent",
  "target-fault",
  "fight",
  "refused-chain",
  "not-the-gates",
  "clock",
];

const TODO = {
  announcement:
    "Check that postern announce runs and publishes, and that the key in the sync's config is the public part of its signing key.",
  root: "If the root is intended, add it to trust.roots of the sync's config. Otherwise find out who serves it.",
  handOver: "Apply the output of postern render --sync: registrations and canary with the annotation postern.dev/sync.",
  provider: "Check that the provider's credentials exist and are valid. Until then the last good state stays.",
  byHand: "Render and apply the registrations again, with the right --ca and --url.",
  again: "Let the sync run again. If the finding stays, see the table of its findings in src/sync/README.md.",
} as const;

/** Reports the result of a dry run of the sync: its findings, and what it would write. */
export function checkPlan({ plan }: ClusterView): DoctorFinding[] {
  if (plan === undefined) return [];
  const { last, steps } = plan;
  const writes = steps.filter((step): step is Extract<Step, { write: unknown }> => !isLast(step) && "write" in step);
  return [
    ...findingsOf(last)
      .filter(({ code }) => !REPORTED_ELSEWHERE.includes(code))
      .map(
        ({ code, about, message }): DoctorFinding => ({
          code: "sync-finding",
          severity: "warning",
          about: about === "" ? "sync" : about,
          message: `${code}: ${message}`,
          todo: todoFor(code),
        }),
      ),
    ...writes
      .filter(({ kind }) => kind !== "remember")
      .map(
        ({ kind, write, reason }): DoctorFinding => ({
          code: "not-in-step",
          severity: "warning",
          about: targetName(write.target),
          message: `the next run of the sync would ${kind}: ${reason}`,
          todo: "Let the sync run: kubectl -n postern-system create job --from=cronjob/postern-sync now",
        }),
      ),
  ];
}

function todoFor(code: FindingCode): string {
  if (code.startsWith("announcement-")) return TODO.announcement;
  if (code === "unanchored" || code === "unknown-root" || code === "unasked-root") return TODO.root;
  if (code === "no-canary" || code === "no-targets") return TODO.handOver;
  if (code === "provider-failed") return TODO.provider;
  if (code === "cannot-roll-back") return TODO.byHand;
  return TODO.again;
}
