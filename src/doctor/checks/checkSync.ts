import { targetName } from "../../sync/target/SyncTarget.ts";
import type { ClusterView, SyncDeployment, SyncJob } from "../cluster/ClusterView.ts";
import type { DoctorFinding } from "../DoctorFinding.ts";
import { durationText } from "./timeLeft.ts";

/** The CronJob runs every few minutes, and a run that is not in step fails. An hour without success is a finding. */
const MAX_SILENCE_MS = 3_600_000;

type JobFinding = Pick<DoctorFinding, "code" | "message" | "todo">;

/** Checks whether the sync runs, finishes its phases, and has the permissions that it needs. */
export function checkSync(view: ClusterView): DoctorFinding[] {
  return [...workloadFindings(view), ...stuckPhases(view), ...missingRights(view)];
}

function workloadFindings({ syncJob, registrations, now }: ClusterView): DoctorFinding[] {
  if (syncJob === undefined || !registrations.some(({ isHandedOver }) => isHandedOver)) return [];
  const isDeployment = syncJob !== "missing" && "ready" in syncJob;
  const finding =
    syncJob === "missing" ? MISSING : "ready" in syncJob ? deploymentFinding(syncJob) : jobFinding(syncJob, now);
  const about = `${isDeployment ? "Deployment" : "CronJob"}/postern-sync`;
  return finding === undefined ? [] : [{ ...finding, severity: "warning", about }];
}

const MISSING: JobFinding = {
  code: "sync-missing",
  message:
    "does not exist in the namespace postern-system, but registrations are handed to the sync: nothing keeps them in step",
  todo: "Write a config and apply the output of postern install sync, or run the sync elsewhere.",
};

function deploymentFinding({ replicas, ready }: SyncDeployment): JobFinding | undefined {
  if (replicas === 0)
    return {
      code: "sync-suspended",
      message: "has no replicas: nothing keeps the registrations in step",
      todo: "Check that the ConfigMap postern-sync is complete and the image exists. Then set replicas to 1.",
    };
  if (ready > 0) return undefined;
  return {
    code: "sync-failing",
    message: "is not ready",
    todo: "Run kubectl -n postern-system logs deployment/postern-sync.",
  };
}

function jobFinding(job: SyncJob, now: number): JobFinding | undefined {
  if (job.isSuspended)
    return {
      code: "sync-suspended",
      message: "is suspended: nothing keeps the registrations in step",
      todo: "Check that the ConfigMap postern-sync is complete and the image exists. Then set suspend to false.",
    };
  const { createdAt = now, lastScheduledAt, lastSuccessAt } = job;
  const silenceMs = now - (lastSuccessAt ?? createdAt);
  if (silenceMs < MAX_SILENCE_MS) return undefined;
  const failing =
    lastSuccessAt === undefined ? "has never succeeded" : `has not succeeded for ${durationText(silenceMs)}`;
  if (lastScheduledAt !== undefined && now - lastScheduledAt < MAX_SILENCE_MS)
    return {
      code: "sync-failing",
      message: `${failing}, although runs are started`,
      todo: "Run kubectl -n postern-system logs job/NAME for the last Job. Exit code 1 means that the registrations are not in step; the log says why.",
    };
  return {
    code: "sync-stopped",
    message:
      lastScheduledAt === undefined
        ? `${failing}, and no run was ever started`
        : `${failing}, and no run was started for ${durationText(now - lastScheduledAt)}`,
    todo: "Run kubectl -n postern-system describe cronjob postern-sync, and check that the CronJob controller runs.",
  };
}

function stuckPhases({ registrations, now, soakMs }: ClusterView): DoctorFinding[] {
  return registrations.flatMap((registration): DoctorFinding[] => {
    const { phase, since } = registration.state;
    if (phase === undefined || since === undefined) return [];
    // A soak starts again whenever a root is used again. The other phases end with the run that began them.
    const limitMs = phase === "soaking" ? 2 * soakMs + MAX_SILENCE_MS : MAX_SILENCE_MS;
    if (now - since < limitMs) return [];
    return [
      {
        code: "stuck-phase",
        severity: "warning",
        about: targetName(registration),
        message: `the sync has been in the phase ${phase} for ${durationText(now - since)}`,
        todo: "Run postern sync --dry-run with the sync's config. It says what prevents the next step.",
      },
    ];
  });
}

function missingRights({ missingRights: missing }: ClusterView): DoctorFinding[] {
  return missing.map(({ registration, right }) => ({
    code: "sync-lacks-right",
    severity: "warning",
    about: registration,
    message: `is handed to the sync, but the sync's ServiceAccount may not ${right}`,
    todo: "Add its name to crds, or to gate, in the config of postern install, and apply its output.",
  }));
}
