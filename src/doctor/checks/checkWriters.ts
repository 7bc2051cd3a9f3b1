import { targetName } from "../../sync/target/SyncTarget.ts";
import { FIELD_MANAGER } from "../../sync/target/targetPatch.ts";
import type { ClusterView } from "../cluster/ClusterView.ts";
import type { LiveRegistration } from "../cluster/LiveRegistration.ts";
import type { Diagnosis } from "../Diagnosis.ts";

/** Tools that write what they have again and again, by their field managers. */
const GITOPS =
  /argocd|argo-cd|kustomize-controller|helm-controller|flux|fleet|kapp|terraform|pulumi|config-management/i;
/** Whoever applies by hand what was rendered owns both fields until the sync first changes them. */
const BY_HAND = /^(?:postern|kubectl.*|before-first-apply)$/;
/** Marks that GitOps tools leave on what they keep. */
const MARKS: readonly (readonly [mark: string, tool: string])[] = [
  ["argocd.argoproj.io/tracking-id", "Argo CD"],
  ["argocd.argoproj.io/instance", "Argo CD"],
  ["kustomize.toolkit.fluxcd.io/name", "Flux"],
  ["helm.toolkit.fluxcd.io/name", "Flux"],
  ["meta.helm.sh/release-name", "Helm"],
];
/** From so many on the sync leaves a registration to the other writer (`rewriteTarget`). */
const FIGHT = 2;
const TODO_GITOPS =
  "Leave caBundle out of what the tool applies and have it ignore url: see GitOps in the README (Argo CD ignoreDifferences with RespectIgnoreDifferences, Flux spec.ignore).";

/** Whether somebody else writes what the sync is to keep. */
export function checkWriters({ registrations }: ClusterView): Diagnosis[] {
  return registrations.flatMap((registration) =>
    registration.isHandedOver
      ? [...injector(registration), ...managers(registration), ...marks(registration), ...fight(registration)]
      : [],
  );
}

function injector(registration: LiveRegistration): Diagnosis[] {
  const key = Object.keys(registration.annotations).find((it) => it.startsWith("cert-manager.io/inject-"));
  if (key === undefined) return [];
  const about = targetName(registration);
  return [
    {
      code: "ca-injector",
      severity: "warning",
      about,
      message: `has the annotation ${key}: cert-manager writes its caBundle, and the sync leaves it alone`,
      todo: "Take that annotation away, or postern.dev/sync: one of them can keep caBundle.",
    },
  ];
}

function managers(registration: LiveRegistration): Diagnosis[] {
  const { caBundle, url } = registration.writers;
  const about = targetName(registration);
  const isOther = (manager: string): boolean => manager !== FIELD_MANAGER && !BY_HAND.test(manager);
  return [...new Set([...caBundle, ...url])].filter(isOther).flatMap((manager): Diagnosis[] => {
    const fields = [...(caBundle.includes(manager) ? ["caBundle"] : []), ...(url.includes(manager) ? ["url"] : [])];
    const isGitOps = GITOPS.test(manager);
    return [
      {
        code: isGitOps ? "gitops-owner" : "other-writer",
        severity: "warning",
        about,
        message: `${manager} owns ${fields.join(" and ")}, which the sync is to keep`,
        todo: isGitOps
          ? TODO_GITOPS
          : `Have ${manager} leave these fields alone; or take the annotation postern.dev/sync away.`,
      },
    ];
  });
}

function marks(registration: LiveRegistration): Diagnosis[] {
  const { labels, annotations, writers } = registration;
  const found = MARKS.find(([mark]) => mark in labels || mark in annotations);
  const isSaid = [...writers.caBundle, ...writers.url].some((manager) => GITOPS.test(manager));
  if (found === undefined || isSaid) return [];
  const [mark, tool] = found;
  const about = targetName(registration);
  return [{ code: "gitops", severity: "info", about, message: `${tool} keeps it (${mark})`, todo: TODO_GITOPS }];
}

function fight(registration: LiveRegistration): Diagnosis[] {
  const { reverted } = registration.state;
  if (reverted === undefined) return [];
  const isLeft = reverted.times >= FIGHT;
  const times = reverted.times === 1 ? "once" : `${reverted.times} times`;
  return [
    {
      code: "fight",
      severity: isLeft ? "error" : "warning",
      about: targetName(registration),
      message: `somebody changed what the sync wrote ${times} since ${new Date(reverted.since).toISOString()}${isLeft ? ": the sync has left it to them" : ""}`,
      todo: "Find who writes it (kubectl get … --show-managed-fields, the audit log) and have them leave caBundle and url alone; then take the annotation postern.dev/sync-reverted away.",
    },
  ];
}
