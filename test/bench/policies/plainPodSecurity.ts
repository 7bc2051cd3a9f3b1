import type { Container, Pod } from "kubernetes-types/core/v1.js";
import { deny, type Finding } from "../../../src/policy/define/Finding.ts";
import { type Policy, policy } from "../../../src/policy/define/policy.ts";

const PROFILES = ["RuntimeDefault", "Localhost"];
const SYSCTLS = ["kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies"];
const VOLUMES = ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "projected", "secret"];
const APPARMOR = "container.apparmor.security.beta.kubernetes.io/";

/**
 * The controls of the level restricted, v1.37, as one function that a person would write: for the cost of `podSecurity`, which is a
 * list of conditions. Only for reviews that meet the level.
 */
export function plainPodSecurity(): Policy {
  return policy({
    name: "plain-pod-security",
    match: { resources: ["pods"], podTemplates: true },
    reportsEachFault: true,
    validate: ({ object, path, containers }) => {
      const faults: Finding[] = [];
      const found = (at: string, message: string): void => void faults.push(deny(`${at}: ${message}`, { at }));
      judgePod(object, (field, message) => found(path(...field.split(".")), message));
      for (const { container, path: at } of containers())
        judgeContainer(container, object, (field, message) => found(`${at}.${field}`, message));
      return faults;
    },
  });
}

type Found = (field: string, message: string) => void;

function judgePod({ metadata, spec }: Pod, found: Found): void {
  const context = spec?.securityContext;
  if (spec?.hostNetwork === true) found("spec.hostNetwork", "host network");
  if (spec?.hostPID === true) found("spec.hostPID", "host processes");
  if (spec?.hostIPC === true) found("spec.hostIPC", "host IPC");
  for (const [key, value] of Object.entries(metadata?.annotations ?? {}))
    if (key.startsWith(APPARMOR) && value !== "runtime/default" && !value.startsWith("localhost/"))
      found("metadata.annotations", "AppArmor");
  for (const volume of spec?.volumes ?? [])
    if (!VOLUMES.some((type) => type in volume) && volume.persistentVolumeClaim === undefined)
      found("spec.volumes", "volume type");
  if (context === undefined) return;
  if (context.appArmorProfile !== undefined && !PROFILES.includes(context.appArmorProfile.type))
    found("spec.securityContext.appArmorProfile", "AppArmor");
  if (context.seccompProfile !== undefined && !PROFILES.includes(context.seccompProfile.type))
    found("spec.securityContext.seccompProfile", "seccomp");
  judgeSelinux(context.seLinuxOptions, (field, message) => found(`spec.securityContext.${field}`, message));
  for (const sysctl of context.sysctls ?? [])
    if (!SYSCTLS.includes(sysctl.name)) found("spec.securityContext.sysctls", "sysctl");
  if (context.windowsOptions?.hostProcess === true) found("spec.securityContext.windowsOptions", "host process");
  if (spec?.hostUsers === false) return;
  if (context.runAsNonRoot === false) found("spec.securityContext.runAsNonRoot", "root");
  if (context.runAsUser === 0) found("spec.securityContext.runAsUser", "root");
}

function judgeSelinux(options: { type?: string; user?: string; role?: string } | undefined, found: Found): void {
  if (options === undefined) return;
  if (!["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"].includes(options.type ?? ""))
    found("seLinuxOptions.type", "SELinux");
  if ((options.user ?? "") !== "") found("seLinuxOptions.user", "SELinux");
  if ((options.role ?? "") !== "") found("seLinuxOptions.role", "SELinux");
}

function judgeContainer(container: Container, { spec }: Pod, found: Found): void {
  const context = container.securityContext;
  for (const port of container.ports ?? []) if ((port.hostPort ?? 0) !== 0) found("ports", "host port");
  const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container;
  for (const handler of [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop]) {
    if ((handler?.httpGet?.host ?? "") !== "") found("probes", "host");
    if ((handler?.tcpSocket?.host ?? "") !== "") found("probes", "host");
  }
  if (context?.privileged === true) found("securityContext.privileged", "privileged");
  if ((context?.procMount ?? "Default") !== "Default") found("securityContext.procMount", "procMount");
  if (context?.appArmorProfile !== undefined && !PROFILES.includes(context.appArmorProfile.type))
    found("securityContext.appArmorProfile", "AppArmor");
  judgeSelinux(context?.seLinuxOptions, (field, message) => found(`securityContext.${field}`, message));
  if (context?.windowsOptions?.hostProcess === true) found("securityContext.windowsOptions", "host process");
  if (spec?.os?.name !== "windows") {
    if (context?.allowPrivilegeEscalation !== false) found("securityContext.allowPrivilegeEscalation", "escalation");
    if (!(context?.capabilities?.drop ?? []).includes("ALL"))
      found("securityContext.capabilities.drop", "capabilities");
    for (const capability of context?.capabilities?.add ?? [])
      if (capability !== "NET_BIND_SERVICE") found("securityContext.capabilities.add", "capabilities");
    const profile = context?.seccompProfile ?? spec?.securityContext?.seccompProfile;
    if (profile === undefined || !PROFILES.includes(profile.type)) found("securityContext.seccompProfile", "seccomp");
  }
  if (spec?.hostUsers === false) return;
  if ((context?.runAsNonRoot ?? spec?.securityContext?.runAsNonRoot) !== true)
    found("securityContext.runAsNonRoot", "root");
  if (context?.runAsUser === 0) found("securityContext.runAsUser", "root");
}
