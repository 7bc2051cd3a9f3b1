import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { matchesHost } from "../../trust/verify/matchesHost.ts";
import { type LiveRegistration, type ServiceName, serviceHost } from "./LiveRegistration.ts";

/** A Certificate of cert-manager (cert-manager.io/v1): who renews a Secret, and how that goes. Times in milliseconds since 1970. */
export interface ManagedCertificate {
  readonly namespace: string;
  readonly name: string;
  readonly secret: string;
  readonly sans: { readonly dns: readonly string[]; readonly ip: readonly string[] };
  readonly isReady: boolean;
  /** Why it is not ready, or why the last attempt failed; empty where nothing is said. */
  readonly why: string;
  /** When the last attempt failed; undefined when it did not. */
  readonly failedAt: number | undefined;
  readonly notBefore: number | undefined;
  readonly notAfter: number | undefined;
  /** When it is, or was, to be renewed. */
  readonly renewal: number | undefined;
}

/** cert-manager's annotation on what its injector writes a CA into. */
const INJECT = "cert-manager.io/inject-ca-from";

/** Reads one as a cluster has it. */
export function readManagedCertificate(item: JsonObject): ManagedCertificate {
  const [metadata, spec, status] = [item.metadata, item.spec, item.status].map((it) => (isJsonObject(it) ? it : {}));
  const conditions = Array.isArray(status?.conditions) ? status.conditions.filter(isJsonObject) : [];
  const ready = conditions.find(({ type }) => type === "Ready");
  const issuing = conditions.find(({ type }) => type === "Issuing");
  const isReady = ready?.status === "True";
  const failedAt = timeOf(status?.lastFailureTime);
  const told = failedAt !== undefined && issuing !== undefined ? issuing : ready;
  return {
    namespace: textOf(metadata?.namespace),
    name: textOf(metadata?.name),
    secret: textOf(spec?.secretName),
    sans: { dns: textsOf(spec?.dnsNames), ip: textsOf(spec?.ipAddresses) },
    isReady,
    why:
      isReady && failedAt === undefined ? "" : [textOf(told?.reason), textOf(told?.message)].filter(Boolean).join(": "),
    failedAt,
    notBefore: timeOf(status?.notBefore),
    notAfter: timeOf(status?.notAfter),
    renewal: timeOf(status?.renewalTime),
  };
}

/** Those that are for a host: one, or a main one and a standby. */
export function certificatesForHost(
  certificates: readonly ManagedCertificate[],
  host: string,
): readonly ManagedCertificate[] {
  return certificates.filter((it) => matchesHost(it, host));
}

/** Those that a registration's annotation names, or that are for the name by which the API server calls the Service. */
export function certificatesForService(
  certificates: readonly ManagedCertificate[],
  { annotations }: Pick<LiveRegistration, "annotations">,
  service: ServiceName,
): readonly ManagedCertificate[] {
  return certificates.filter(
    (it) =>
      annotations[INJECT] === `${it.namespace}/${it.name}` ||
      (it.namespace === service.namespace && matchesHost(it, serviceHost(service))),
  );
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((it) => typeof it === "string") : [];
}

function timeOf(value: unknown): number | undefined {
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
