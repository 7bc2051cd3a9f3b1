import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { readableCertificates } from "../../trust/bundle.ts";
import { matchesHost } from "../../trust/verify/matchesHost.ts";
import type { ClusterReader } from "./ClusterReader.ts";
import { type LiveRegistration, type ServiceName, serviceHost } from "./LiveRegistration.ts";
import { certificatesForService, type ManagedCertificate } from "./ManagedCertificate.ts";
import type { ServiceSecret } from "./ServiceSecret.ts";

/** More are not looked at: each is some calls. */
const MOST_SERVICES = 50;
/** Pods of one Service have the same volumes. */
const MOST_PODS = 5;
const MOST_SECRETS = 10;

/** The Services that webhooks call and that no Certificate is for. */
export function servicesWithout(
  registrations: readonly LiveRegistration[],
  certificates: readonly ManagedCertificate[],
): ServiceName[] {
  const services = new Map<string, ServiceName>();
  for (const registration of registrations)
    for (const { service } of registration.hooks)
      if (service !== undefined && certificatesForService(certificates, registration, service).length === 0)
        services.set(serviceHost(service), service);
  return [...services.values()].slice(0, MOST_SERVICES);
}

/**
 * The Secrets that Pods of these Services have mounted, where they are of type kubernetes.io/tls and for the Service's name.
 * No other Secret is read. What may not be read is accounted for.
 */
export async function serviceSecretsOf(
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
  const selector = Object.entries(objectOf(objectOf(service.spec).selector)).map(([key, value]) => `${key}=${value}`);
  if (selector.length === 0) return [];
  const query = `labelSelector=${encodeURIComponent(selector.join(","))}&limit=${MOST_PODS}`;
  const pods = await reader.list(`Pods of Service/${namespace}/${name}`, `${at}/pods?${query}`);
  const names = (pods ?? []).flatMap(({ spec }) => objectsOf(objectOf(spec).volumes).flatMap(secretsOfVolume));
  return [...new Set(names)].slice(0, MOST_SECRETS);
}

function secretsOfVolume({ secret, projected }: JsonObject): string[] {
  const projections = objectsOf(objectOf(projected).sources).map((source) => objectOf(source.secret).name);
  return [objectOf(secret).secretName, ...projections].filter((it) => typeof it === "string");
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
  // Of the key nothing is kept, nor looked at.
  const text = objectOf(secret.data)["tls.crt"];
  const [leaf] = readableCertificates(typeof text === "string" ? Buffer.from(text, "base64").toString("utf8") : "");
  if (leaf === undefined || !matchesHost(leaf, serviceHost(service))) return undefined;
  const metadata = objectOf(secret.metadata);
  return { service, secret: name, leaf, renewer: renewerOf(metadata), writer: writerOf(metadata) };
}

/** Marks that renewers leave. cert-manager's own does not count: there is no Certificate to go with it. */
function renewerOf({ annotations }: JsonObject): string | undefined {
  const keys = Object.keys(objectOf(annotations));
  return keys.some((key) => /^service\.(?:alpha|beta)\.openshift\.io\//.test(key))
    ? "the service CA operator of OpenShift"
    : undefined;
}

function writerOf({ managedFields }: JsonObject): string | undefined {
  const entry = objectsOf(managedFields)
    .filter(({ fieldsV1 }) => "f:data" in objectOf(fieldsV1))
    .toSorted((left, right) => String(right.time).localeCompare(String(left.time)))[0];
  return typeof entry?.manager === "string" ? entry.manager : undefined;
}

function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
