import { readGateUrl } from "../../protocol/gateUrl.ts";
import { targetName } from "../../sync/target/SyncTarget.ts";
import type { ClusterView } from "./ClusterView.ts";
import type { LiveHook, LiveRegistration } from "./LiveRegistration.ts";

/** The webhooks of one registration that call a gate with the same base URL and the same bundle. */
export interface GateHooks {
  readonly registration: LiveRegistration;
  /** `KIND/NAME`. */
  readonly about: string;
  /** The base URL of the gate, without a slash at the end. */
  readonly base: string;
  readonly bundle: string;
  readonly hooks: readonly LiveHook[];
}

/** Groups the webhooks that call a gate by registration, base URL and bundle. */
export function gateHooks({ registrations }: Pick<ClusterView, "registrations">): GateHooks[] {
  return registrations.flatMap((registration) => {
    const groups = Map.groupBy(registration.hooks, ({ url, bundle }) => JSON.stringify([baseOf(url), bundle]));
    return [...groups.values()].flatMap((hooks): GateHooks[] => {
      const [first] = hooks;
      const base = baseOf(first?.url);
      if (first === undefined || base === undefined) return [];
      return [{ registration, about: targetName(registration), base, bundle: first.bundle, hooks }];
    });
  });
}

/** The base URL of a gate, from a webhook's URL for any cluster; undefined for a URL that is not a gate's. */
export function baseOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : readGateUrl(url)?.base;
}
