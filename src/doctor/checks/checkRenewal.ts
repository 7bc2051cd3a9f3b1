import { targetName } from "../../sync/target/SyncTarget.ts";
import type { ClusterView } from "../cluster/ClusterView.ts";
import type { LiveHook, LiveRegistration, ServiceName } from "../cluster/LiveRegistration.ts";
import { certificatesForHost, certificatesForService, type ManagedCertificate } from "../cluster/ManagedCertificate.ts";
import type { ServiceSecret } from "../cluster/ServiceSecret.ts";
import type { Diagnosis, Severity } from "../Diagnosis.ts";
import { type RenewalFault, renewalFault } from "./renewalFault.ts";
import { timeLeft } from "./timeLeft.ts";

/**
 * Whether somebody renews what webhooks are served with: for one that calls a Service, the Certificates that are for it or
 * else the Secret that its Pods have mounted; for a gate's URL the Certificates of its host, where there are any here.
 */
export function checkRenewal(view: ClusterView): Diagnosis[] {
  const { registrations, others } = view;
  return [
    ...registrations.flatMap((it) => ofServices(view, it, true)),
    ...others.flatMap((it) => ofServices(view, it, false)),
    ...ofEndpoints(view),
  ];
}

function ofServices(view: ClusterView, registration: LiveRegistration, isOwn: boolean): Diagnosis[] {
  const calls = registration.hooks.flatMap((hook) =>
    hook.service === undefined ? [] : [{ hook, service: hook.service }],
  );
  const groups = Map.groupBy(calls, ({ service }) => `${service.namespace}/${service.name}`);
  return [...groups].flatMap(([place, group]): Diagnosis[] => {
    const [first] = group;
    if (first === undefined) return [];
    return faultsOf(view, registration, first.service).map(({ code, severity, words, todo }) => ({
      code,
      severity: isOwn || severity !== "error" ? severity : "warning",
      about: targetName(registration),
      message: `${whichOf(group.map(({ hook }) => hook))} by Service ${place}: ${words}`,
      todo,
    }));
  });
}

function faultsOf(view: ClusterView, registration: LiveRegistration, service: ServiceName): RenewalFault[] {
  const certificates = certificatesForService(view.certificates, registration, service);
  if (certificates.length > 0) return certificateFaults(certificates, view.now);
  const secrets = view.serviceSecrets.filter(
    (it) => it.service.namespace === service.namespace && it.service.name === service.name,
  );
  const fault = secrets.map((it) => secretFault(it, view.now)).find((it) => it !== undefined);
  return fault === undefined ? [] : [fault];
}

/** While one of them is renewed, that another is not is no error yet: a standby may serve. */
function certificateFaults(certificates: readonly ManagedCertificate[], now: number): RenewalFault[] {
  const faults = certificates.map((it) => renewalFault(it, now)).filter((it) => it !== undefined);
  if (faults.length === certificates.length) return faults;
  return faults.map((it) => (it.severity === "error" ? { ...it, severity: "warning" } : it));
}

function secretFault({ service, secret, leaf, renewer, writer }: ServiceSecret, now: number): RenewalFault | undefined {
  const left = timeLeft(leaf, now);
  const which = `Secret ${service.namespace}/${secret}`;
  if (left === undefined && renewer !== undefined) return undefined;
  const wrote = writer === undefined ? "" : `, which ${writer} wrote last,`;
  const ends = left?.text ?? `ends on ${leaf.notAfter.toISOString().slice(0, 10)}`;
  const severity: Severity = left?.severity ?? "info";
  if (renewer !== undefined)
    return {
      code: "not-renewed",
      severity,
      words: `the certificate in ${which}${wrote} ${ends}, and ${renewer} has not renewed it`,
      todo: `See why ${renewer} does not renew it.`,
    };
  return {
    code: left === undefined ? "nobody-renews" : "not-renewed",
    severity,
    words: `the certificate in ${which}${wrote} ${ends}; there is no cert-manager Certificate for it, and nothing else says that it is renewed`,
    todo:
      left === undefined
        ? "Find out who renews it, and when; or have a Certificate of cert-manager keep that Secret."
        : `Have it renewed before then: by ${writer ?? "whoever made it"}, or by a Certificate of cert-manager with secretName ${secret}.`,
  };
}

function ofEndpoints({ endpoints, certificates, now }: ClusterView): Diagnosis[] {
  return endpoints.flatMap(({ base }): Diagnosis[] => {
    const own = certificatesForHost(certificates, new URL(base).hostname);
    return certificateFaults(own, now).map(({ code, severity, words, todo }) => ({
      code,
      severity,
      about: base,
      message: words,
      todo,
    }));
  });
}

function whichOf(hooks: readonly LiveHook[]): string {
  const names = hooks.map(({ name }) => name).filter((name) => name !== "");
  if (names.length === 0) return "its conversion is served";
  const [first = "", ...rest] = names;
  return rest.length === 0
    ? `its webhook ${first} is served`
    : `its webhooks ${first} and ${rest.length} more are served`;
}
