import { splitGateUrl } from "../../protocol/gateUrl.ts";
import { targetName } from "../../sync/target/SyncTarget.ts";
import type { ClusterView } from "../cluster/ClusterView.ts";
import { gateHooks } from "../cluster/gateHooks.ts";
import type { LiveHook, LiveRegistration } from "../cluster/LiveRegistration.ts";
import type { DoctorFinding } from "../DoctorFinding.ts";

/** Checks whether every URL is the gate's for this cluster, all have one base, and the sync may write them. */
export function checkUrl(view: ClusterView): DoctorFinding[] {
  return [
    ...view.registrations.flatMap((registration) =>
      registration.hooks.flatMap((hook) => hookFindings(view, registration, hook)),
    ),
    ...severalUrls(view),
    ...unlistedHosts(view),
  ];
}

function hookFindings(view: ClusterView, registration: LiveRegistration, { name, url }: LiveHook): DoctorFinding[] {
  const about = targetName(registration);
  const subject = name === "" ? "its conversion" : `its webhook ${name}`;
  if (url === undefined)
    return [
      {
        code: "bad-url",
        severity: "warning",
        about,
        message: `${subject} calls a Service, not the URL of the gate`,
        todo: "Apply the output of postern render. A gate runs outside the cluster.",
      },
    ];
  const cluster = view.cluster ?? registration.cluster;
  if (cluster === undefined || splitGateUrl(url, cluster) !== undefined) return [];
  return [
    {
      code: /^https:/.test(url) && !/[?#]/.test(url) ? "not-the-gates-url" : "bad-url",
      severity: "error",
      about,
      message: `${subject} calls ${withoutSecrets(url)}, which is not a URL of the gate for the cluster ${cluster}: https://HOST/c/${cluster}/…, without a query`,
      todo: "Apply the output of postern render --cluster for this cluster.",
    },
  ];
}

function severalUrls(view: ClusterView): DoctorFinding[] {
  const byGate = Map.groupBy(
    gateHooks(view).filter(({ registration }) => !registration.isCanary),
    ({ registration }) => registration.gate ?? "",
  );
  return [...byGate].flatMap(([gate, hooks]): DoctorFinding[] => {
    const bases = [...new Set(hooks.map(({ base }) => base))];
    if (bases.length < 2) return [];
    const isSwitching = hooks.some(({ registration }) => registration.state.phase === "switching");
    return [
      {
        code: "several-urls",
        severity: isSwitching ? "info" : "warning",
        about: gate === "" ? "registrations" : `gate ${gate}`,
        message: `is called at ${bases.length} base URLs: ${bases.join(", ")}`,
        todo: isSwitching
          ? "Nothing: the sync is switching the URL. Run this command again after its next run."
          : "Set url in the sync's config to one of them, or render and apply all registrations with the same --url.",
      },
    ];
  });
}

function unlistedHosts(view: ClusterView): DoctorFinding[] {
  const { hosts } = view;
  if (hosts === undefined) return [];
  const handedOver = gateHooks(view).filter(({ registration }) => registration.isHandedOver);
  const unlisted = new Set(
    handedOver.map(({ base }) => new URL(base).hostname).filter((host) => !hosts.includes(host)),
  );
  return [...unlisted].map((host) => ({
    code: "unlisted-host",
    severity: "warning",
    about: "ConfigMap/postern-sync",
    message: `does not list ${host} under hosts, but registrations of the sync call it: writes of the sync are refused`,
    todo: `Add ${host} to hosts in the ConfigMap postern-sync, and to hosts in its sync.yaml.`,
  }));
}

/** Removes what can be secret from a URL: a capability in the path (`/k/TOKEN/`), the query and credentials. */
function withoutSecrets(url: string): string {
  return url
    .replace(/\/k\/[^/]+/, "/k/…")
    .replace(/[?#].*$/s, "?…")
    .replace(/\/\/[^/@]*@/, "//…@");
}
