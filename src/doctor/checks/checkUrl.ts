import { splitGateUrl } from "../../protocol/gateUrl.ts";
import { Host } from "../../protocol/Host.ts";
import { isListedPlace, lineOfPlace } from "../../sync/target/isListedPlace.ts";
import { targetName } from "../../sync/target/SyncTarget.ts";
import { redactText } from "../../telemetry/redact/redactText.ts";
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
    ...unlistedPlace(view),
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

/**
 * The policy compares `url.getHostname()` with the lines of the ConfigMap: an IPv6 address has no brackets there, and another
 * spelling of the same host is another host.
 */
function unlistedHosts(view: ClusterView): DoctorFinding[] {
  const { hosts } = view;
  if (hosts === undefined) return [];
  const handedOver = gateHooks(view).filter(({ registration }) => registration.isHandedOver);
  const called = new Set(handedOver.map(({ base }) => Host.ofUrl(base).name));
  return [...called]
    .filter((host) => !hosts.includes(host))
    .map((host) => {
      const other = hosts.find((it) => new Host(it).inUrl === new Host(host).inUrl);
      const spelling =
        other === undefined ? `does not list ${host} under hosts` : `lists ${host} under hosts only as ${other}`;
      return {
        code: "unlisted-host",
        severity: "warning",
        about: "ConfigMap/postern-sync",
        message: `${spelling}, but registrations of the sync call it: writes of the sync are refused`,
        todo:
          other === undefined
            ? `Add ${host} to hosts in the ConfigMap postern-sync, and to hosts in its sync.yaml.`
            : `Write ${host} in the place of ${other} in hosts of the ConfigMap postern-sync. It is spelled there as in the URL, without brackets.`,
      };
    });
}

/** The policy lets a registration stay where it is, and move only to a listed place: host, port and base path. */
function unlistedPlace(view: ClusterView): DoctorFinding[] {
  const { places, wantedUrl } = view;
  if (places === undefined || wantedUrl === undefined || isListedPlace(places, wantedUrl)) return [];
  const isThere = gateHooks(view).every(({ registration, base }) => !registration.isHandedOver || base === wantedUrl);
  if (isThere) return [];
  const line = lineOfPlace(wantedUrl);
  return [
    {
      code: "unlisted-host",
      severity: "warning",
      about: "ConfigMap/postern-sync",
      message: `has no line ${line} under hosts, but url in the sync's config is ${wantedUrl}: the sync's move there is refused`,
      todo: `Add the line ${line} to hosts in the ConfigMap postern-sync. Keep the line of the present URL.`,
    },
  ];
}

/** A URL without a capability, user and query. What is behind `#` is nobody's business either. */
function withoutSecrets(url: string): string {
  return redactText(url.replace(/#.*$/s, "#…"));
}
