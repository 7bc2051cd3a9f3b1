import type { Pod } from "kubernetes-types/core/v1.js";
import type { Validation, ValidationBuilder } from "../../policy/validations/Validation.ts";
import { appArmorProfile } from "./baseline/appArmorProfile.ts";
import { capabilities } from "./baseline/capabilities.ts";
import { hostNamespaces } from "./baseline/hostNamespaces.ts";
import { hostPathVolumes } from "./baseline/hostPathVolumes.ts";
import { hostPorts } from "./baseline/hostPorts.ts";
import { hostProbes } from "./baseline/hostProbes.ts";
import { privileged } from "./baseline/privileged.ts";
import { procMount } from "./baseline/procMount.ts";
import { seccompProfile } from "./baseline/seccompProfile.ts";
import { seLinuxOptions } from "./baseline/seLinuxOptions.ts";
import { sysctls } from "./baseline/sysctls.ts";
import { windowsHostProcess } from "./baseline/windowsHostProcess.ts";
import type { Control, ControlVersion } from "./Control.ts";
import { allowPrivilegeEscalation } from "./restricted/allowPrivilegeEscalation.ts";
import { dropCapabilities } from "./restricted/dropCapabilities.ts";
import { procMountMasked } from "./restricted/procMountMasked.ts";
import { runAsNonRoot } from "./restricted/runAsNonRoot.ts";
import { runAsUser } from "./restricted/runAsUser.ts";
import { seccompProfileSet } from "./restricted/seccompProfileSet.ts";
import { volumeTypes } from "./restricted/volumeTypes.ts";

/** A level of the Pod Security Standards that demands something. */
export type PodSecurityLevel = "baseline" | "restricted";

/** The controls of each level, in the order of their ids, as the API server asks them. */
const BASELINE: readonly Control[] = [
  appArmorProfile,
  capabilities,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostProbes,
  privileged,
  procMount,
  seLinuxOptions,
  seccompProfile,
  sysctls,
  windowsHostProcess,
];
const RESTRICTED: readonly Control[] = [
  allowPrivilegeEscalation,
  dropCapabilities,
  procMountMasked,
  volumeTypes,
  runAsNonRoot,
  runAsUser,
  seccompProfileSet,
];

/** A control at one version. */
interface ControlAt {
  readonly control: Control;
  readonly at: ControlVersion;
}

/** The ids of the controls of a level at a minor version, in the order in which they are asked. */
export function controlsOf(level: PodSecurityLevel, minor: number): readonly ControlAt[] {
  const baseline = BASELINE.flatMap((control) => atVersion(control, minor));
  if (level === "baseline") return baseline;
  const restricted = RESTRICTED.flatMap((control) => atVersion(control, minor));
  const replaced = restricted.map(({ control }) => control.replaces);
  return [...baseline.filter(({ control }) => !replaced.includes(control.id)), ...restricted];
}

function atVersion(control: Control, minor: number): ControlAt[] {
  const at = control.versions.filter(({ since }) => since <= minor).at(-1);
  return at === undefined ? [] : [{ control, at }];
}

/** The validations of a control at a version. */
export function validationsOf({ at }: ControlAt, on: ValidationBuilder<Pod, unknown>): readonly Validation[] {
  const { except } = at;
  if (except === undefined) return at.validations(on);
  return at.validations((each, definition) => on(each, { ...definition, when: EXCEPT[except] }));
}

const EXCEPT: Readonly<Record<NonNullable<ControlVersion["except"]>, (pod: Pod) => boolean>> = {
  windows: (pod) => pod.spec?.os?.name !== "windows",
  "user-namespace": (pod) => pod.spec?.hostUsers !== false,
};
