import { splitGateUrl } from "../../protocol/gateUrl.ts";
import { targetName } from "../../sync/target/SyncTarget.ts";
import type { ClusterView } from "../cluster/ClusterView.ts";
import { gateHooks } from "../cluster/gateHooks.ts";
import type { LiveHook, LiveRegistration } from "../cluster/LiveRegistration.ts";
import type { Diagnosis } from "../Diagnosis.ts";

/** Whether every URL is the gate's for this cluster, all lead to one place, and the sync may write them. */
export function checkUrl(view: ClusterView): Diagnosis[] {
  return [
    ...view.registrations.flatMap((registration) =>
      registration.hooks.flatMap((hook) => hookFault(view, registration, hook)),
    ),
    ...severalUrls(view),
    ...unlistedHosts(view),
  ];
}

function hookFault(view: ClusterView, registration: LiveRegistration, { name, url }: LiveHook): Diagnosis[] {
  const about = targetName(registration);
  const which = name === "" ? "its conversion" : `its webhook ${name}`;
  if (url === undefined)
    return [
      {
        code: "bad-url",
        severity: "warning",
        about,
        message: `${which} calls a Service, and not the gate's URL`,
        todo: "Apply what postern render prints; a gate runs outside the cluster.",
      },
    ];
  const cluster = view.cluster ?? registration.cluster;
  if (cluster === undefined || splitGateUrl(url, cluster) !== undefined) return [];
  return [
    {
      code: /^https:/.test(url) && !/[?#]/.test(url) ? "not-the-gates-url" : "bad-url",
      severity: "error",
      about,
      message: `${which} calls ${withoutToken(url)}, which is not a gate's URL for the cluster ${cluster}: https://HOST/c/${cluster}/…, without a query`,
      todo: "Apply what postern render --cluster prints for this cluster.",
    },
  ];
}

function severalUrls(view: ClusterView): Diagnosis[] {
  const byGate = Map.groupBy(
    gateHooks(view).filter(({ registration }) => !registration.isCanary),
    ({ registration }) => registration.gate ?? "",
  );
  return [...byGate].flatMap(([gate, hooks]): Diagnosis[] => {
    const bases = [...new Set(hooks.map(({ base }) => base))];
    if (bases.length < 2) return [];
    const isSwitching = hooks.some(({ registration }) => registration.state.phase === "switching");
    return [
      {
        code: "several-urls",
        severity: isSwitching ? "info" : "warning",
        about: gate === "" ? "registrations" : `gate ${gate}`,
        message: `is called at ${bases.length} places: ${bases.join(", ")}`,
        todo: isSwitching
          ? "Nothing: the sync is about to change the URL. Run this again after its next run."
          : "Set url in the sync's config to one of them, or render and apply all of the registrations with one --url.",
      },
    ];
  });
}

function unlistedHosts(view: ClusterView): Diagnosis[] {
  const { hosts } = view;
  if (hosts === undefined) return [];
  const handed = gateHooks(view).filter(({ registration }) => registration.isHandedOver);
  const unlisted = new Set(handed.map(({ base }) => new URL(base).hostname).filter((host) => !hosts.includes(host)));
  return [...unlisted].map((host) => ({
    code: "unlisted-host",
    severity: "warning",
    about: "ConfigMap/postern-sync",
    message: `does not list ${host} under hosts, where registrations are that the sync keeps: each of its writes will be refused`,
    todo: `Add ${host} to hosts in the ConfigMap postern-sync, and to hosts in its sync.yaml.`,
  }));
}

/** A capability may ride in a path (`/k/TOKEN/`). */
function withoutToken(url: string): string {
  return url
    .replace(/\/k\/[^/]+/, "/k/…")
    .replace(/[?#].*$/s, "?…")
    .replace(/\/\/[^/@]*@/, "//…@");
}
