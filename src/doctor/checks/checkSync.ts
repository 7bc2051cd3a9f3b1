import { findingsOf } from "../../sync/plan/findingsOf.ts";
import { isLast, type Step } from "../../sync/plan/Step.ts";
import { targetName } from "../../sync/target/SyncTarget.ts";
import type { ClusterView } from "../cluster/ClusterView.ts";
import type { Diagnosis } from "../Diagnosis.ts";
import { planTodo } from "./planTodo.ts";
import { span } from "./timeLeft.ts";

/** The CronJob runs every few minutes, and a run that is not in step fails: so long is no accident. */
const QUIET = 3_600_000;
const JOB = "CronJob/postern-sync";
const DEPLOYMENT = "Deployment/postern-sync";

/** Whether the sync runs, may do what it has to, and has nothing left to do. */
export function checkSync(view: ClusterView): Diagnosis[] {
  return [...jobFaults(view), ...stuckPhases(view), ...rights(view), ...planned(view)];
}

function jobFaults({ syncJob, registrations, now }: ClusterView): Diagnosis[] {
  if (syncJob === undefined || !registrations.some(({ isHandedOver }) => isHandedOver)) return [];
  const isDeployed = syncJob !== "missing" && "ready" in syncJob;
  const fault = (code: Diagnosis["code"], message: string, todo: string): Diagnosis[] => [
    { code, severity: "warning", about: isDeployed ? DEPLOYMENT : JOB, message, todo },
  ];
  if (syncJob === "missing")
    return fault(
      "sync-missing",
      "is not in the namespace postern-system, and registrations were handed to the sync: nobody keeps them in step",
      "kubectl apply -k infra/kubernetes/base, through an overlay with your ConfigMap and image; or run the sync elsewhere.",
    );
  if ("ready" in syncJob) {
    if (syncJob.replicas === 0)
      return fault(
        "sync-suspended",
        "has no replica: nobody keeps the registrations in step",
        "Set replicas to 1 once the ConfigMap postern-sync says what to keep, and the image is there.",
      );
    return syncJob.ready > 0
      ? []
      : fault("sync-failing", "is not ready", "Read kubectl -n postern-system logs deployment/postern-sync.");
  }
  if (syncJob.isSuspended)
    return fault(
      "sync-suspended",
      "is suspended: nobody keeps the registrations in step",
      "Take suspend away once the ConfigMap postern-sync says what to keep, and the image is there.",
    );
  const { created = now, lastScheduled, lastSuccess } = syncJob;
  const since = lastSuccess ?? created;
  if (now - since < QUIET) return [];
  const ago = lastSuccess === undefined ? "has never succeeded" : `has not succeeded for ${span(now - since)}`;
  if (lastScheduled === undefined || now - lastScheduled >= QUIET)
    return fault(
      "sync-stopped",
      `${ago}, and no run was started ${lastScheduled === undefined ? "at all" : `for ${span(now - lastScheduled)}`}`,
      "See kubectl -n postern-system describe cronjob postern-sync, and whether the CronJob controller runs.",
    );
  return fault(
    "sync-failing",
    `${ago}, though runs are started`,
    "Read kubectl -n postern-system logs job/NAME of the last one; exit code 1 is: not in step, and its output says why.",
  );
}

function stuckPhases({ registrations, now, soak }: ClusterView): Diagnosis[] {
  return registrations.flatMap((registration): Diagnosis[] => {
    const { phase, since } = registration.state;
    if (phase === undefined || since === undefined) return [];
    // A soak begins anew whenever a root is seen again; the other phases end with the run that begins them.
    const limit = phase === "soaking" ? 2 * soak + QUIET : QUIET;
    if (now - since < limit) return [];
    return [
      {
        code: "stuck-phase",
        severity: "warning",
        about: targetName(registration),
        message: `the sync has been ${phase} it for ${span(now - since)}`,
        todo: "Run postern sync --dry-run with the sync's config: it says what stands against the next step.",
      },
    ];
  });
}

function rights({ missingRights }: ClusterView): Diagnosis[] {
  return missingRights.map(({ registration, right }) => ({
    code: "sync-lacks-right",
    severity: "warning",
    about: registration,
    message: `was handed to the sync, whose ServiceAccount may not ${right}`,
    todo: "Name it under resourceNames of the ClusterRole postern-sync, in an overlay.",
  }));
}

/** What is said better by a check of its own. */
const SAID = ["unreachable", "address-silent", "obstacle", "fight", "refused-chain", "not-the-gates", "clock"];

function planned({ plan }: ClusterView): Diagnosis[] {
  if (plan === undefined) return [];
  const { last, steps } = plan;
  const writes = steps.filter((step): step is Extract<Step, { write: unknown }> => !isLast(step) && "write" in step);
  return [
    ...findingsOf(last)
      .filter(({ code }) => !SAID.includes(code))
      .map(
        ({ code, about, message }): Diagnosis => ({
          code: "sync-finding",
          severity: "warning",
          about: about === "" ? "sync" : about,
          message: `${code}: ${message}`,
          todo: planTodo(code),
        }),
      ),
    ...writes
      .filter(({ kind }) => kind !== "remember")
      .map(
        ({ kind, write, reason }): Diagnosis => ({
          code: "not-in-step",
          severity: "warning",
          about: targetName(write.target),
          message: `the sync's next run would ${kind}: ${reason}`,
          todo: "Let the sync run: kubectl -n postern-system create job --from=cronjob/postern-sync now",
        }),
      ),
  ];
}
