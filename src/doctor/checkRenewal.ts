import { targetName } from "../sync/SyncTarget.ts";
import type { ClusterView } from "./ClusterView.ts";
import type { Diagnosis, Severity } from "./Diagnosis.ts";
import type { LiveHook, LiveRegistration, ServiceName } from "./LiveRegistration.ts";
import { certificateForHost, certificateForService } from "./ManagedCertificate.ts";
import { type RenewalFault, renewalFault } from "./renewalFault.ts";
import type { ServiceSecret } from "./ServiceSecret.ts";
import { timeLeft } from "./timeLeft.ts";

/**
 * Whether somebody renews what webhooks are served with: for one that calls a Service, the Certificate that is for it or
 * else the Secret that its Pods have mounted; for a gate's URL the Certificate of its host, where there is one here.
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
    const fault = faultOf(view, registration, first.service);
    if (fault === undefined) return [];
    const { code, severity, words, todo } = fault;
    return [
      {
        code,
        severity: isOwn || severity !== "error" ? severity : "warning",
        about: targetName(registration),
        message: `${whichOf(group.map(({ hook }) => hook))} by Service ${place}: ${words}`,
        todo,
      },
    ];
  });
}

function faultOf(view: ClusterView, registration: LiveRegistration, service: ServiceName): RenewalFault | undefined {
  const certificate = certificateForService(view.certificates, registration, service);
  if (certificate !== undefined) return renewalFault(certificate, view.now);
  const secrets = view.serviceSecrets.filter(
    (it) => it.service.namespace === service.namespace && it.service.name === service.name,
  );
  return secrets.map((it) => secretFault(it, view.now)).find((it) => it !== undefined);
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
    const certificate = certificateForHost(certificates, new URL(base).hostname);
    const fault = certificate === undefined ? undefined : renewalFault(certificate, now);
    if (fault === undefined) return [];
    const { code, severity, words, todo } = fault;
    return [{ code, severity, about: base, message: words, todo }];
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
