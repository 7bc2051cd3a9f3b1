import { targetName } from "../../sync/target/SyncTarget.ts";
import { MAX_REVERTS } from "../../sync/target/TargetState.ts";
import { FIELD_MANAGER } from "../../sync/target/targetPatch.ts";
import type { ClusterView } from "../cluster/ClusterView.ts";
import type { LiveRegistration } from "../cluster/LiveRegistration.ts";
import type { DoctorFinding } from "../DoctorFinding.ts";

/** Field managers of tools that apply their manifests again and again. */
const GITOPS_MANAGERS =
  /argocd|argo-cd|kustomize-controller|helm-controller|flux|fleet|kapp|terraform|pulumi|config-management/i;
/** Field managers of a manual apply. They own both fields until the sync first changes them. */
const MANUAL_MANAGERS = /^(?:postern|kubectl.*|before-first-apply)$/;
/** Labels and annotations that GitOps tools set on the objects that they manage. */
const GITOPS_MARKS: readonly (readonly [mark: string, tool: string])[] = [
  ["argocd.argoproj.io/tracking-id", "Argo CD"],
  ["argocd.argoproj.io/instance", "Argo CD"],
  ["kustomize.toolkit.fluxcd.io/name", "Flux"],
  ["helm.toolkit.fluxcd.io/name", "Flux"],
  ["meta.helm.sh/release-name", "Helm"],
];
const GITOPS_TODO =
  "Leave caBundle out of the applied manifests and make the tool ignore url: see GitOps in src/registration/README.md (Argo CD: ignoreDifferences with RespectIgnoreDifferences; Flux: spec.ignore).";

/** Checks whether other clients write the fields that the sync owns. */
export function checkWriters({ registrations }: ClusterView): DoctorFinding[] {
  return registrations
    .filter(({ isHandedOver }) => isHandedOver)
    .flatMap((it) => [...injectorFindings(it), ...ownerFindings(it), ...markFindings(it), ...fightFindings(it)]);
}

function injectorFindings(registration: LiveRegistration): DoctorFinding[] {
  const key = Object.keys(registration.annotations).find((it) => it.startsWith("cert-manager.io/inject-"));
  if (key === undefined) return [];
  return [
    {
      code: "ca-injector",
      severity: "warning",
      about: targetName(registration),
      message: `has the annotation ${key}: cert-manager writes its caBundle, so the sync does not`,
      todo: "Remove this annotation or postern.dev/sync: only one of the two can write caBundle.",
    },
  ];
}

function ownerFindings(registration: LiveRegistration): DoctorFinding[] {
  const { caBundle, url } = registration.writers;
  const isOther = (manager: string): boolean => manager !== FIELD_MANAGER && !MANUAL_MANAGERS.test(manager);
  return [...new Set([...caBundle, ...url])].filter(isOther).map((manager): DoctorFinding => {
    const fields = [...(caBundle.includes(manager) ? ["caBundle"] : []), ...(url.includes(manager) ? ["url"] : [])];
    const isGitOps = GITOPS_MANAGERS.test(manager);
    return {
      code: isGitOps ? "gitops-owner" : "other-writer",
      severity: "warning",
      about: targetName(registration),
      message: `${manager} owns ${fields.join(" and ")}, which the sync writes`,
      todo: isGitOps
        ? GITOPS_TODO
        : `Make ${manager} leave these fields alone, or remove the annotation postern.dev/sync.`,
    };
  });
}

function markFindings(registration: LiveRegistration): DoctorFinding[] {
  const { labels, annotations, writers } = registration;
  const found = GITOPS_MARKS.find(([mark]) => mark in labels || mark in annotations);
  const isOwner = [...writers.caBundle, ...writers.url].some((manager) => GITOPS_MANAGERS.test(manager));
  if (found === undefined || isOwner) return [];
  const [mark, tool] = found;
  const about = targetName(registration);
  return [{ code: "gitops", severity: "info", about, message: `${tool} manages it (${mark})`, todo: GITOPS_TODO }];
}

function fightFindings(registration: LiveRegistration): DoctorFinding[] {
  const { reverted } = registration.state;
  if (reverted === undefined) return [];
  const hasStopped = reverted.times >= MAX_REVERTS;
  const times = reverted.times === 1 ? "once" : `${reverted.times} times`;
  const since = new Date(reverted.since).toISOString();
  return [
    {
      code: "fight",
      severity: hasStopped ? "error" : "warning",
      about: targetName(registration),
      message: `another writer changed the values of the sync ${times} since ${since}${hasStopped ? ": the sync has stopped writing it" : ""}`,
      todo: "Find the writer (kubectl get … --show-managed-fields, the audit log) and make it leave caBundle and url alone. Then remove the annotation postern.dev/sync-reverted.",
    },
  ];
}
