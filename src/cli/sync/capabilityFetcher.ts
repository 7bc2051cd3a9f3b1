import { readTokenFile, tokenFolderOf } from "../../announcement/providers/readTokenFile.ts";
import { callHttp } from "../../http/callHttp.ts";
import { splitBase } from "../../protocol/gateUrl.ts";
import { CapabilityError } from "../../sync/capability/CapabilityError.ts";
import { fetchCapability } from "../../sync/capability/fetchCapability.ts";
import { tokenFault } from "../../sync/capability/tokenFault.ts";
import type { SyncConfig } from "../../sync/goal/SyncConfig.ts";
import type { SyncDeps } from "../../sync/runSync.ts";
import type { SyncTarget } from "../../sync/target/SyncTarget.ts";
import { viewOf } from "../../sync/target/TargetView.ts";
import { encodeBundle } from "../../trust/bundle.ts";
import type { Terminal } from "../terminal/Terminal.ts";

/** Where the manifests mount the projected token. Apart from the folder of providers' tokens and the Pod's own token. */
export const CAPABILITY_TOKEN_FOLDER = "/var/run/secrets/postern-token";

/** How a run fetches capabilities. Undefined without `capability` in the config. The token is read at each fetch. */
export function capabilityFetcher(
  { env }: Pick<Terminal, "env">,
  { capability, goal, timeouts }: SyncConfig,
): SyncDeps["fetchCapability"] {
  if (capability === undefined) return undefined;
  return async ({ trust, cluster }, targets) => {
    const url = capability.url ?? goal.url ?? placeOf(targets, cluster);
    if (url === undefined)
      throw new CapabilityError("the registrations have several base URLs or none; set capability.url in the config");
    // Who writes the config must not choose which file is a token.
    const folders = [CAPABILITY_TOKEN_FOLDER, tokenFolderOf(env)];
    const serviceAccountToken = await readTokenFile(capability.tokenFile, { base: folders[0] ?? "", folders }).catch(
      (error: unknown): never => {
        throw new CapabilityError(error instanceof Error ? error.message : "its token cannot be read", error);
      },
    );
    const fault = tokenFault(serviceAccountToken.trim(), `${url}/token`);
    // The file is named: the Pod has other tokens.
    if (fault !== undefined) throw new CapabilityError(`the token in ${capability.tokenFile} ${fault}`);
    const ca = trust.mode === "pin" ? encodeBundle(trust.roots) : undefined;
    return fetchCapability({
      url,
      cluster,
      serviceAccountToken,
      ca,
      timeoutMs: timeouts.nextMs,
      now: Date.now,
      call: callHttp,
    });
  };
}

/** The only base URL of the registrations, without a capability. Undefined when there are several or none. */
function placeOf(targets: readonly SyncTarget[], cluster: string): string | undefined {
  const bases = targets.flatMap((target) => viewOf(target, { cluster }).bases ?? []);
  const [place, ...others] = new Set(bases.map((base) => splitBase(base).place));
  return others.length === 0 ? place : undefined;
}
