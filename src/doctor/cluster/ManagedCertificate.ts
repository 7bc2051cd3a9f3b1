import type { JsonObject } from "../../protocol/Json.ts";
import { matchesHost } from "../../trust/verify/matchesHost.ts";
import { asObject, asObjects, asText, asTexts, asTime } from "./asObject.ts";
import { type LiveRegistration, type ServiceName, serviceHost } from "./LiveRegistration.ts";

/** A Certificate of cert-manager (cert-manager.io/v1), which renews a Secret. Times are in milliseconds since 1970. */
export interface ManagedCertificate {
  readonly namespace: string;
  readonly name: string;
  /** The name of its Secret. */
  readonly secret: string;
  readonly sans: { readonly dns: readonly string[]; readonly ip: readonly string[] };
  readonly isReady: boolean;
  /** Why it is not ready, or why the last attempt failed. Empty if it is ready or the status says nothing. */
  readonly reason: string;
  /** When the last attempt failed; undefined if it did not fail. */
  readonly failedAt: number | undefined;
  readonly notBefore: number | undefined;
  readonly notAfter: number | undefined;
  /** When cert-manager renews it. In the past if it is late. */
  readonly renewAt: number | undefined;
}

/** The annotation of objects that cert-manager's CA injector writes to. */
const INJECT_ANNOTATION = "cert-manager.io/inject-ca-from";

/** Reads a Certificate. */
export function readManagedCertificate(item: JsonObject): ManagedCertificate {
  const [metadata, spec, status] = [asObject(item.metadata), asObject(item.spec), asObject(item.status)];
  const conditions = asObjects(status.conditions);
  const ready = conditions.find(({ type }) => type === "Ready");
  const issuing = conditions.find(({ type }) => type === "Issuing");
  const isReady = ready?.status === "True";
  const failedAt = asTime(status.lastFailureTime);
  const condition = failedAt !== undefined && issuing !== undefined ? issuing : ready;
  return {
    namespace: asText(metadata.namespace) ?? "",
    name: asText(metadata.name) ?? "",
    secret: asText(spec.secretName) ?? "",
    sans: { dns: asTexts(spec.dnsNames), ip: asTexts(spec.ipAddresses) },
    isReady,
    reason:
      isReady && failedAt === undefined
        ? ""
        : [asText(condition?.reason), asText(condition?.message)].filter(Boolean).join(": "),
    failedAt,
    notBefore: asTime(status.notBefore),
    notAfter: asTime(status.notAfter),
    renewAt: asTime(status.renewalTime),
  };
}

/** The Certificates for a host: usually one, or a main and a standby Certificate. */
export function certificatesForHost(
  certificates: readonly ManagedCertificate[],
  host: string,
): readonly ManagedCertificate[] {
  return certificates.filter((it) => matchesHost(it, host));
}

/** The Certificates that a registration's annotation names, or that are for the Service's name in its namespace. */
export function certificatesForService(
  certificates: readonly ManagedCertificate[],
  { annotations }: Pick<LiveRegistration, "annotations">,
  service: ServiceName,
): readonly ManagedCertificate[] {
  return certificates.filter(
    (it) =>
      annotations[INJECT_ANNOTATION] === `${it.namespace}/${it.name}` ||
      (it.namespace === service.namespace && matchesHost(it, serviceHost(service))),
  );
}
