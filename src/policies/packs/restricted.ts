import { limitExternalIps } from "../network/limitExternalIps.ts";
import { podSecurity } from "../pod-security/podSecurity.ts";
import { limitBindingSubjects } from "../rbac/limitBindingSubjects.ts";
import { disallowSecretsInEnv } from "../security/disallowSecretsInEnv.ts";
import { requireReadOnlyRootFilesystem } from "../security/requireReadOnlyRootFilesystem.ts";
import { disallowAutomountedTokens } from "../workloads/disallowAutomountedTokens.ts";
import { makePack } from "./makePack.ts";
import type { Pack, PackOptions } from "./Pack.ts";

/**
 * Instead of `baseline`, for workloads that are made for it: the level `restricted` of the Pod Security Standards. The
 * hardening guides ask more of Pods, which is in it too: a read-only root filesystem, no token for the API server without
 * need, and no Secrets in environment variables. Throws `PolicyDefinitionError`.
 */
export function restricted(options: PackOptions = {}): Pack {
  const policies = [
    podSecurity({ level: "restricted" }),
    disallowAutomountedTokens(),
    disallowSecretsInEnv(),
    limitBindingSubjects(),
    limitExternalIps(),
    requireReadOnlyRootFilesystem(),
  ];
  return makePack("restricted", policies, options);
}
