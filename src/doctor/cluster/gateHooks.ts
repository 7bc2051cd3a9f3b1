import { targetName } from "../../sync/target/SyncTarget.ts";
import type { ClusterView } from "./ClusterView.ts";
import type { LiveHook, LiveRegistration } from "./LiveRegistration.ts";

/** What calls a gate by one URL with one bundle: of one registration, all that is the same. */
export interface GateHooks {
  readonly registration: LiveRegistration;
  /** `KIND/NAME`. */
  readonly about: string;
  /** Where the gate is served, without a slash at its end. */
  readonly base: string;
  readonly bundle: string;
  readonly hooks: readonly LiveHook[];
}

/** The URL below which a gate is served, of one that calls it for whatever cluster; undefined for another URL. */
export function gateBase(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { protocol, origin, pathname } = new URL(url);
  const path = /^(.*)\/c\/[^/]+\/(?:(?:validate|mutate)(?:\/[^/]*)?|convert)\/?$/.exec(pathname);
  return protocol === "https:" && path !== null ? `${origin}${path[1]}` : undefined;
}

/** The webhooks that call a gate, by registration, endpoint and bundle. */
export function gateHooks({ registrations }: Pick<ClusterView, "registrations">): GateHooks[] {
  return registrations.flatMap((registration) => {
    const groups = Map.groupBy(registration.hooks, ({ url, bundle }) => JSON.stringify([gateBase(url), bundle]));
    return [...groups.values()].flatMap((hooks): GateHooks[] => {
      const [first] = hooks;
      const base = gateBase(first?.url);
      if (first === undefined || base === undefined) return [];
      return [{ registration, about: targetName(registration), base, bundle: first.bundle, hooks }];
    });
  });
}
