import type { JsonObject } from "../../protocol/Json.ts";
import { readableCertificates } from "../../trust/bundle.ts";
import { matchesHost } from "../../trust/verify/matchesHost.ts";
import { asObject, asObjects } from "./asObject.ts";
import type { ClusterReader } from "./ClusterReader.ts";
import type { ServiceSecret } from "./ClusterView.ts";
import { type LiveRegistration, type ServiceName, serviceHost } from "./LiveRegistration.ts";
import { certificatesForService, type ManagedCertificate } from "./ManagedCertificate.ts";

/** Each Service costs several calls. */
const MAX_SERVICES = 50;
/** The Pods of a Service usually have the same volumes. */
const MAX_PODS = 5;
const MAX_SECRETS = 10;

/** The Services that webhooks call and that no Certificate is for. */
export function servicesWithoutCertificate(
  registrations: readonly LiveRegistration[],
  certificates: readonly ManagedCertificate[],
): ServiceName[] {
  const services = new Map<string, ServiceName>();
  for (const registration of registrations)
    for (const { service } of registration.hooks)
      if (service !== undefined && certificatesForService(certificates, registration, service).length === 0)
        services.set(serviceHost(service), service);
  return [...services.values()].slice(0, MAX_SERVICES);
}

/**
 * Reads the Secrets of type kubernetes.io/tls that the Pods of these Services mount. Keeps those whose certificate is
 * for the Service's name. Reads no other Secret. The reader records what it may not read.
 */
export async function readServiceSecrets(
  reader: ClusterReader,
  services: readonly ServiceName[],
): Promise<ServiceSecret[]> {
  const found: ServiceSecret[] = [];
  for (const service of services)
    for (const name of await mountedSecrets(reader, service)) {
      const secret = await tlsSecret(reader, service, name);
      if (secret !== undefined) found.push(secret);
    }
  return found;
}

async function mountedSecrets(reader: ClusterReader, { namespace, name }: ServiceName): Promise<readonly string[]> {
  const at = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
  const service = await reader.get(`Service/${namespace}/${name}`, `${at}/services/${encodeURIComponent(name)}`);
  if (service === undefined || service === "missing") return [];
  const selector = Object.entries(asObject(asObject(service.spec).selector)).map(([key, value]) => `${key}=${value}`);
  if (selector.length === 0) return [];
  const query = `labelSelector=${encodeURIComponent(selector.join(","))}&limit=${MAX_PODS}`;
  const pods = await reader.list(`Pods of Service/${namespace}/${name}`, `${at}/pods?${query}`);
  const names = (pods ?? []).flatMap(({ spec }) => asObjects(asObject(spec).volumes).flatMap(secretsOfVolume));
  return [...new Set(names)].slice(0, MAX_SECRETS);
}

function secretsOfVolume({ secret, projected }: JsonObject): string[] {
  const projections = asObjects(asObject(projected).sources).map((source) => asObject(source.secret).name);
  return [asObject(secret).secretName, ...projections].filter((it) => typeof it === "string");
}

async function tlsSecret(
  reader: ClusterReader,
  service: ServiceName,
  name: string,
): Promise<ServiceSecret | undefined> {
  const selector = encodeURIComponent(`metadata.name=${name},type=kubernetes.io/tls`);
  const path = `/api/v1/namespaces/${encodeURIComponent(service.namespace)}/secrets?fieldSelector=${selector}`;
  const [secret] = (await reader.list(`Secret/${service.namespace}/${name}`, path)) ?? [];
  if (secret === undefined) return undefined;
  // Only the certificate is used, never the private key.
  const text = asObject(secret.data)["tls.crt"];
  const [leaf] = readableCertificates(typeof text === "string" ? Buffer.from(text, "base64").toString("utf8") : "");
  if (leaf === undefined || !matchesHost(leaf, serviceHost(service))) return undefined;
  const metadata = asObject(secret.metadata);
  return { service, name, leaf, renewer: renewerOf(metadata), writer: writerOf(metadata) };
}

/**
 * The renewer that set an annotation. cert-manager's annotations do not count: there is no Certificate for the Service.
 */
function renewerOf({ annotations }: JsonObject): string | undefined {
  const keys = Object.keys(asObject(annotations));
  return keys.some((key) => /^service\.(?:alpha|beta)\.openshift\.io\//.test(key))
    ? "the service CA operator of OpenShift"
    : undefined;
}

function writerOf({ managedFields }: JsonObject): string | undefined {
  const entry = asObjects(managedFields)
    .filter(({ fieldsV1 }) => "f:data" in asObject(fieldsV1))
    .toSorted((left, right) => String(right.time).localeCompare(String(left.time)))[0];
  return typeof entry?.manager === "string" ? entry.manager : undefined;
}
