import { Host } from "../../protocol/Host.ts";
import { targetName } from "../../sync/target/SyncTarget.ts";
import type { ClusterView, ServiceSecret } from "../cluster/ClusterView.ts";
import type { LiveHook, LiveRegistration, ServiceName } from "../cluster/LiveRegistration.ts";
import { certificatesForHost, certificatesForService, type ManagedCertificate } from "../cluster/ManagedCertificate.ts";
import type { DoctorFinding } from "../DoctorFinding.ts";
import { durationText, timeLeft } from "./timeLeft.ts";

/** A finding without its subject: a webhook or an endpoint. */
interface RenewalFinding {
  readonly code: Extract<DoctorFinding["code"], "not-renewed" | "renewal-failing" | "nobody-renews">;
  readonly severity: DoctorFinding["severity"];
  readonly message: string;
  readonly todo: string;
}

/** A renewal takes a moment. It counts as late after an hour, or a twentieth of the lifetime if that is shorter. */
const MAX_DELAY_MS = 3_600_000;
const DELAY_PART = 20;

/**
 * Checks whether the certificates that webhooks are served with are renewed. For a webhook that calls a Service: its
 * Certificates, or else the Secrets that its Pods mount. For the URL of a gate: the Certificates of its host, if this
 * cluster has any.
 */
export function checkRenewal(view: ClusterView): DoctorFinding[] {
  const { registrations, others } = view;
  return [
    ...registrations.flatMap((it) => serviceFindings(view, it, true)),
    ...others.flatMap((it) => serviceFindings(view, it, false)),
    ...endpointFindings(view),
  ];
}

function serviceFindings(view: ClusterView, registration: LiveRegistration, isOwn: boolean): DoctorFinding[] {
  const calls = registration.hooks.flatMap((hook) =>
    hook.service === undefined ? [] : [{ hook, service: hook.service }],
  );
  const groups = Map.groupBy(calls, ({ service }) => `${service.namespace}/${service.name}`);
  return [...groups].flatMap(([service, group]): DoctorFinding[] => {
    const [first] = group;
    if (first === undefined) return [];
    return findingsForService(view, registration, first.service).map(({ severity, message, ...rest }) => ({
      ...rest,
      severity: isOwn || severity !== "error" ? severity : "warning",
      about: targetName(registration),
      message: `${hooksText(group.map(({ hook }) => hook))} by Service ${service}: ${message}`,
    }));
  });
}

function findingsForService(view: ClusterView, registration: LiveRegistration, service: ServiceName): RenewalFinding[] {
  const certificates = certificatesForService(view.certificates, registration, service);
  if (certificates.length > 0) return findingsForCertificates(certificates, view.now);
  const secrets = view.serviceSecrets.filter(
    (it) => it.service.namespace === service.namespace && it.service.name === service.name,
  );
  const finding = secrets.map((it) => secretFinding(it, view.now)).find((it) => it !== undefined);
  return finding === undefined ? [] : [finding];
}

function endpointFindings({ endpoints, certificates, now }: ClusterView): DoctorFinding[] {
  return endpoints.flatMap(({ base }) => {
    const own = certificatesForHost(certificates, Host.ofUrl(base).name);
    return findingsForCertificates(own, now).map((finding) => ({ ...finding, about: base }));
  });
}

/** As long as one Certificate is renewed, another one that is not is only a warning: a standby may be served. */
function findingsForCertificates(certificates: readonly ManagedCertificate[], now: number): RenewalFinding[] {
  const findings = certificates.map((it) => certificateFinding(it, now)).filter((it) => it !== undefined);
  if (findings.length === certificates.length) return findings;
  return findings.map((it) => (it.severity === "error" ? { ...it, severity: "warning" } : it));
}

function certificateFinding(certificate: ManagedCertificate, now: number): RenewalFinding | undefined {
  const { namespace, name, secret, isReady, reason, failedAt, notBefore, notAfter, renewAt } = certificate;
  const validity = notBefore === undefined || notAfter === undefined ? undefined : { notBefore, notAfter };
  const left =
    validity === undefined
      ? undefined
      : timeLeft({ notBefore: new Date(validity.notBefore), notAfter: new Date(validity.notAfter) }, now);
  const delayMs =
    validity === undefined ? 0 : Math.min(MAX_DELAY_MS, (validity.notAfter - validity.notBefore) / DELAY_PART);
  const isLate = renewAt === undefined ? left !== undefined : now > renewAt + delayMs;
  const subject = `Certificate ${namespace}/${name} (Secret ${secret})`;
  const end =
    left?.text ??
    (notAfter === undefined ? "was never issued" : `ends on ${new Date(notAfter).toISOString().slice(0, 10)}`);
  const failed =
    failedAt === undefined ? "" : `; the last attempt failed ${durationText(Math.max(0, now - failedAt))} ago`;
  const severity = left?.severity ?? "warning";
  const describe = `Run kubectl -n ${namespace} describe certificate ${name}, and check the CertificateRequest and the Issuer that it names.`;
  if (!isReady || failedAt !== undefined)
    return {
      code: "renewal-failing",
      severity,
      message: `${subject} ${end}, and ${isReady ? "is not renewed" : "is not ready"}${failed}${reason === "" ? "" : `: ${reason}`}`,
      todo: describe,
    };
  if (!isLate) return undefined;
  const due =
    renewAt === undefined
      ? "is not renewed"
      : `was due for renewal at ${new Date(renewAt).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return {
    code: "not-renewed",
    severity,
    message: `${subject} ${end}, and ${due}`,
    todo: `Check that cert-manager runs. ${describe}`,
  };
}

function secretFinding(secret: ServiceSecret, now: number): RenewalFinding | undefined {
  const { service, name, leaf, renewer, writer } = secret;
  const left = timeLeft(leaf, now);
  if (left === undefined && renewer !== undefined) return undefined;
  const writtenBy = writer === undefined ? "" : ` (last written by ${writer})`;
  const end = left?.text ?? `ends on ${leaf.notAfter.toISOString().slice(0, 10)}`;
  const certificate = `the certificate in Secret ${service.namespace}/${name}${writtenBy} ${end}`;
  const severity = left?.severity ?? "info";
  if (renewer !== undefined)
    return {
      code: "not-renewed",
      severity,
      message: `${certificate}, and ${renewer} has not renewed it`,
      todo: `Find out why ${renewer} does not renew it.`,
    };
  return {
    code: left === undefined ? "nobody-renews" : "not-renewed",
    severity,
    message: `${certificate}; it has no Certificate of cert-manager and no other known renewer`,
    todo:
      left === undefined
        ? "Find out who renews it and when, or create a Certificate of cert-manager for this Secret."
        : `Renew it before it ends: with ${writer ?? "the tool that wrote it"}, or with a Certificate of cert-manager whose secretName is ${name}.`,
  };
}

function hooksText(hooks: readonly LiveHook[]): string {
  const names = hooks.map(({ name }) => name).filter((name) => name !== "");
  if (names.length === 0) return "its conversion is served";
  const [first = "", ...rest] = names;
  return rest.length === 0
    ? `its webhook ${first} is served`
    : `its webhooks ${first} and ${rest.length} more are served`;
}
