import { deny } from "../../../src/policy/define/Finding.ts";
import type { PolicyContext } from "../../../src/policy/define/PolicyContext.ts";
import { type Findings, type Policy, policy } from "../../../src/policy/define/policy.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";

export type Validate = (ctx: PolicyContext<Record<string, unknown>, unknown, unknown>) => Findings | Promise<Findings>;

/** A policy as users write it: without types, without `at`. */
export function own(validate: Validate, more: object = {}): Policy {
  return policy({
    name: "own",
    match: { resources: ["pods"], podTemplates: true },
    validate: validate as unknown as () => Findings,
    ...more,
  });
}

export type Volume = { name: string; hostPath?: { path: string } };
export type Container = {
  name: string;
  image?: string;
  securityContext?: { privileged?: boolean; runAsNonRoot?: boolean; readOnlyRootFilesystem?: boolean };
  ports?: { hostPort?: number }[];
  resources?: { limits?: Record<string, string> };
};
export type PodLike = {
  metadata?: { name?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  spec?: {
    hostNetwork?: boolean;
    hostPID?: boolean;
    hostIPC?: boolean;
    replicas?: number;
    containers?: Container[];
    volumes?: { name: string; hostPath?: { path: string } }[];
  };
};
export const podOf = (object: unknown) => object as PodLike;
export const containersOf = (object: unknown) => podOf(object).spec?.containers ?? [];

export const genericPrivileged = own(({ object }) =>
  containersOf(object).some((container) => container.securityContext?.privileged)
    ? deny("privileged containers are forbidden")
    : undefined,
);
export const eachPrivileged = own(({ object }) =>
  containersOf(object).flatMap(({ name, securityContext }) =>
    securityContext?.privileged ? [deny(`container ${name} is privileged`)] : [],
  ),
);
export const pathPrivileged = own(({ containers }) =>
  containers().flatMap(({ container, path }) =>
    Reflect.get(container, "securityContext")?.privileged ? [deny(`${path}: privileged`)] : [],
  ),
);
export const hostAccess = own(({ object }) =>
  podOf(object).spec?.hostNetwork || containersOf(object).some(({ ports }) => ports?.some(({ hostPort }) => hostPort))
    ? deny("access to the host is forbidden")
    : undefined,
);
export const twoHosts = own(({ object }) => [
  ...(podOf(object).spec?.hostNetwork ? [deny("no hostNetwork")] : []),
  ...(podOf(object).spec?.hostPID ? [deny("no hostPID")] : []),
]);
export const genericLabels = own(({ object }) =>
  ["team", "owner"].some((key) => podOf(object).metadata?.labels?.[key] === undefined)
    ? deny("labels are missing")
    : undefined,
);
export const eachLabel = own(({ object }) =>
  ["team", "owner"].flatMap((key) =>
    podOf(object).metadata?.labels?.[key] === undefined ? [deny(`label ${key} is missing`)] : [],
  ),
);
export const genericLimits = own(({ object }) =>
  containersOf(object).every(({ resources }) => resources?.limits?.memory !== undefined)
    ? undefined
    : deny("memory limits are missing"),
);
export const bigLimits = own(({ object }) =>
  containersOf(object).flatMap(({ resources }, index) =>
    Number.parseInt(resources?.limits?.memory ?? "0", 10) > 4
      ? [deny(`spec.containers[${index}]: the memory limit is over 4Gi`)]
      : [],
  ),
);
export const privilegedFromOutside = own(({ object }) =>
  containersOf(object).some(
    ({ image, securityContext }) => securityContext?.privileged && image?.startsWith("docker.io/"),
  )
    ? deny("a bad container")
    : undefined,
);
export const imageRequired = own(({ object }) =>
  containersOf(object).some((container) => (container.image as string).endsWith(":latest"))
    ? deny("images need a tag")
    : undefined,
);
export const firstPrivileged = own(({ object }) => {
  const found = containersOf(object).find(({ securityContext }) => securityContext?.privileged);
  return found && deny(`container ${found.name} is privileged`);
});
export const firstImage = own(({ containers }) => {
  for (const { container, path } of containers())
    if (container.image?.endsWith(":latest")) return deny("latest", { at: `${path}.image` });
  return undefined;
});
export const oneAfterTheOther = own(({ object }) => {
  const { hostNetwork, hostPID } = podOf(object).spec ?? {};
  if (hostNetwork) return deny("no hostNetwork");
  return hostPID ? deny("no hostPID") : undefined;
});
export const numbered = own(({ object }) =>
  containersOf(object).flatMap(({ securityContext }, index) =>
    securityContext?.privileged ? [deny(`container ${index} is privileged`)] : [],
  ),
);
export const hostPaths = own(({ object }) =>
  podOf(object).spec?.volumes?.some(({ hostPath }) => hostPath) ? deny("hostPath volumes are forbidden") : undefined,
);
export const hardened = own(({ object }) =>
  containersOf(object).some(
    ({ securityContext }) => !securityContext?.runAsNonRoot || !securityContext.readOnlyRootFilesystem,
  )
    ? deny("containers are not hardened")
    : undefined,
);
export const hostCombination = own(({ object }) => {
  const { hostNetwork, hostPID, hostIPC } = podOf(object).spec ?? {};
  return hostNetwork && (hostPID || hostIPC) ? deny("too much of the host") : undefined;
});
export const fewContainers = own(({ object }) =>
  containersOf(object).length > 2 ? deny("at most 2 containers") : undefined,
);
export const quoted = own(({ object }) =>
  containersOf(object).some(({ securityContext }) => securityContext?.privileged)
    ? deny(`privileged, says ${podOf(object).metadata?.annotations?.owner}`)
    : undefined,
);
export const forCreation = own(({ object, operation }) =>
  operation !== "DELETE" && containersOf(object).some(({ securityContext }) => securityContext?.privileged)
    ? deny("privileged containers are forbidden")
    : undefined,
);
export const exempt = own(({ object, user }) =>
  user.username !== "admin" && containersOf(object).some(({ securityContext }) => securityContext?.privileged)
    ? deny("privileged containers are forbidden")
    : undefined,
);
export const hostPath = (name: string, path: string) => ({ name, hostPath: { path } });
export const replicas = policy({
  name: "own",
  match: { resources: ["deployments"] },
  validate: ({ object }) => ((object.spec?.replicas ?? 1) > 3 ? deny("at most 3 replicas") : undefined),
});

export const limited = (name: string, memory: string): JsonObject => ({
  name,
  image: "a:1",
  resources: { limits: { memory } },
});
