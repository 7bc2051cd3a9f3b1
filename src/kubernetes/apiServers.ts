import { isJsonObject, type JsonObject } from "../protocol/Json.ts";
import { type KubernetesApi, statusMessage } from "./KubernetesApi.ts";

/** The API servers of a cluster that can be called one by one. */
export interface ApiServers {
  /** One client for each API server, at least one. */
  readonly apis: readonly KubernetesApi[];
  /** What is not known about the other API servers; undefined when all are known. */
  readonly note: string | undefined;
  /** Whether there are, or may be, API servers that were not called and are not behind the same address. */
  readonly isPartial: boolean;
}

const SLICES_PATH =
  "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dkubernetes";

/**
 * Finds the API servers that the EndpointSlices of default/kubernetes name and that answer. Each API server has its own
 * view of the registrations and its own connections, so a check of one proves nothing about the others. When no address
 * answers, the result is the given client only. `at` returns a client for one address.
 */
export async function apiServers(
  api: KubernetesApi,
  at: (host: string, port: number) => KubernetesApi,
): Promise<ApiServers> {
  const answer = await api({ method: "GET", path: SLICES_PATH }).catch(() => undefined);
  const items = Array.isArray(answer?.body.items) ? answer.body.items.filter(isJsonObject) : [];
  const addresses = items.flatMap(addressesOf);
  if (!Array.isArray(answer?.body.items)) {
    const reason = answer === undefined ? "" : `: ${statusMessage(answer)}`;
    return {
      apis: [api],
      note: `the API servers cannot be listed, only the one that answers is checked${reason}`,
      isPartial: true,
    };
  }
  if (addresses.length < 2) return { apis: [api], note: undefined, isPartial: false };
  const candidates = addresses.map(({ host, port }) => at(host, port));
  const reachable = await Promise.all(candidates.map(isReachable));
  const apis = candidates.filter((_, index) => reachable[index]);
  const missing = addresses.length - apis.length;
  if (apis.length === 0)
    return {
      apis: [api],
      note: `the ${addresses.length} API servers are behind one address, only the one that answers is checked`,
      isPartial: false,
    };
  const note = missing === 0 ? undefined : `${missing} of ${addresses.length} API servers cannot be reached from here`;
  return { apis, note, isPartial: missing > 0 };
}

function addressesOf({ endpoints, ports }: JsonObject): { host: string; port: number }[] {
  const [https] = (Array.isArray(ports) ? ports : []).filter(isJsonObject).filter(({ name }) => name === "https");
  const port = https?.port;
  if (typeof port !== "number" || !Array.isArray(endpoints)) return [];
  return endpoints
    .filter(isJsonObject)
    .flatMap(({ addresses }) => (Array.isArray(addresses) ? addresses : []))
    .flatMap((host: unknown) => (typeof host === "string" ? [{ host, port }] : []));
}

function isReachable(api: KubernetesApi): Promise<boolean> {
  return api({ method: "GET", path: "/version" }).then(
    ({ status }) => status === 200,
    () => false,
  );
}
