import type { PodSecurityContext, SecurityContext } from "kubernetes-types/core/v1.js";
import * as z from "zod/mini";
import { builtin } from "../builtin.ts";
import { exemptImages } from "../exemptImages.ts";
import { podOs } from "../sidecar/podOs.ts";
import { draftContainers } from "./draftContainers.ts";

/** What is set where nothing is said. */
interface Choice {
  readonly runAsNonRoot: boolean;
  readonly seccompRuntimeDefault: boolean;
  readonly disallowPrivilegeEscalation: boolean;
  readonly dropAllCapabilities: boolean;
  readonly readOnlyRootFilesystem: boolean;
}

/**
 * Fills the security context of new Pods with what the level `restricted` of the Pod Security Standards demands, where it
 * says nothing. What a Pod or a container says stays, and what the Pod says counts for its containers. Containers get what
 * is missing, and not the Pod: its values would also hold for root containers that another webhook adds later.
 *
 * These are left as they are: privileged containers, containers that run as root by their `runAsUser`, or as
 * ContainerAdministrator (they get no `runAsNonRoot`), Windows HostProcess Pods, and ephemeral containers. Windows Pods only get `runAsNonRoot`: the API server
 * refuses the others. A container whose image runs as root does not start with `runAsNonRoot`.
 */
export const setSecurityContextDefaults = builtin({
  name: "set-security-context-defaults",
  description: "Pods must state how they are confined, so what they do not say is set to the restricted level",
  match: { resources: ["pods"], operations: ["CREATE"] },
  params: {
    /** Whether to set `runAsNonRoot: true`. */
    runAsNonRoot: z._default(z.boolean(), true),
    /** Whether to set the seccomp profile `RuntimeDefault`. */
    seccompRuntimeDefault: z._default(z.boolean(), true),
    /** Whether to set `allowPrivilegeEscalation: false`. */
    disallowPrivilegeEscalation: z._default(z.boolean(), true),
    /** Whether to drop all capabilities in containers without a list `drop`. Those in `add` stay, and with `ALL` there none is dropped. */
    dropAllCapabilities: z._default(z.boolean(), true),
    /** Whether to set `readOnlyRootFilesystem: true`. Many images write to their root filesystem. */
    readOnlyRootFilesystem: z._default(z.boolean(), false),
    exemptImages,
  },
  mutate: ({ spec, metadata }, { params }) => {
    if (!spec) return;
    const isWindows = podOs(spec) === "windows";
    const pod = spec.securityContext ?? {};
    for (const container of draftContainers(spec, params.exemptImages)) {
      const given = container.securityContext ?? {};
      const isHostProcess = given.windowsOptions?.hostProcess ?? pod.windowsOptions?.hostProcess;
      if (given.privileged === true || isHostProcess === true) continue;
      const annotated = metadata?.annotations?.[SECCOMP_ANNOTATION + container.name];
      const choice = { ...params, seccompRuntimeDefault: params.seccompRuntimeDefault && allowsSeccomp(annotated) };
      const added = {
        ...(params.runAsNonRoot ? nonRoot(given, pod) : {}),
        ...(isWindows ? {} : confinement(given, pod, choice)),
      };
      if (Object.keys(added).length > 0) container.securityContext = { ...given, ...added };
    }
  },
});

/** The API server refuses a profile that differs from the former annotation of the container (`validateSeccompAnnotationsAndFields`). */
const SECCOMP_ANNOTATION = "container.seccomp.security.alpha.kubernetes.io/";

function allowsSeccomp(annotated: string | undefined): boolean {
  return annotated === undefined || annotated === "runtime/default";
}

function nonRoot(given: SecurityContext, pod: PodSecurityContext): SecurityContext {
  const windowsUser = given.windowsOptions?.runAsUserName ?? pod.windowsOptions?.runAsUserName;
  // The kubelet refuses that user with `runAsNonRoot` as well, in any case (`verifyRunAsNonRoot`).
  const isRoot = (given.runAsUser ?? pod.runAsUser) === 0 || windowsUser?.toLowerCase() === "containeradministrator";
  return isRoot || isSaid(given.runAsNonRoot) || isSaid(pod.runAsNonRoot) ? {} : { runAsNonRoot: true };
}

/** What is missing of a Linux container. */
function confinement(given: SecurityContext, pod: PodSecurityContext, choice: Choice): SecurityContext {
  const { capabilities } = given;
  // The API server refuses `allowPrivilegeEscalation: false` with it (`ValidateSecurityContext`).
  const isAdmin = capabilities?.add?.some((name) => name === "SYS_ADMIN" || name === "CAP_SYS_ADMIN") === true;
  const added: SecurityContext = {};
  if (choice.seccompRuntimeDefault && !isSaid(given.seccompProfile) && !isSaid(pod.seccompProfile))
    added.seccompProfile = { type: "RuntimeDefault" };
  if (choice.disallowPrivilegeEscalation && !isAdmin && !isSaid(given.allowPrivilegeEscalation))
    added.allowPrivilegeEscalation = false;
  // Runtimes drop after they add, and single names come last.
  const addsAll = capabilities?.add?.some((name) => name.toUpperCase() === "ALL") === true;
  if (choice.dropAllCapabilities && !addsAll && (capabilities?.drop ?? []).length === 0)
    added.capabilities = { ...capabilities, drop: ["ALL"] };
  if (choice.readOnlyRootFilesystem && !isSaid(given.readOnlyRootFilesystem)) added.readOnlyRootFilesystem = true;
  return added;
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null;
}
