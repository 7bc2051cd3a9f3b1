import { isJsonObject, type JsonObject } from "../protocol/Json.ts";
import { type KubernetesApi, statusMessage } from "./KubernetesApi.ts";

/** The API servers of a cluster that can be asked one by one. */
export interface ApiServers {
  /** At least one. */
  readonly apis: readonly KubernetesApi[];
  /** What is not known of the others. */
  readonly note: string | undefined;
  /** Whether there are, or may be, others that were not asked and are not behind the same address. */
  readonly isPartial: boolean;
}

const SLICES =
  "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dkubernetes";

/**
 * A way to each API server that EndpointSlices of default/kubernetes name and that answers. Each has its own view of the
 * registrations and its own connections, so that what one of them carried says nothing of the others. Where none of the
 * addresses answers, the one way that there is stands for all.
 */
export async function apiServers(
  api: KubernetesApi,
  at: (host: string, port: number) => KubernetesApi,
): Promise<ApiServers> {
  const answer = await api({ method: "GET", path: SLICES }).catch(() => undefined);
  const items = Array.isArray(answer?.body.items) ? answer.body.items.filter(isJsonObject) : [];
  const addresses = items.flatMap(addressesOf);
  if (!Array.isArray(answer?.body.items)) {
    const why = answer === undefined ? "" : `: ${statusMessage(answer)}`;
    return {
      apis: [api],
      note: `the API servers cannot be listed: whichever answers speaks for all${why}`,
      isPartial: true,
    };
  }
  if (addresses.length < 2) return { apis: [api], note: undefined, isPartial: false };
  const ways = addresses.map(({ host, port }) => at(host, port));
  const reached = await Promise.all(ways.map(answers));
  const apis = ways.filter((_, index) => reached[index]);
  const missing = addresses.length - apis.length;
  if (apis.length === 0)
    return {
      apis: [api],
      note: `the ${addresses.length} API servers are behind one address: whichever answers speaks for all`,
      isPartial: false,
    };
  const note = missing === 0 ? undefined : `${missing} of ${addresses.length} API servers cannot be asked from here`;
  return { apis, note, isPartial: missing > 0 };
}

function addressesOf({ endpoints, ports }: JsonObject): { host: string; port: number }[] {
  const [port] = (Array.isArray(ports) ? ports : []).filter(isJsonObject).filter(({ name }) => name === "https");
  const number = port?.port;
  if (typeof number !== "number" || !Array.isArray(endpoints)) return [];
  return endpoints
    .filter(isJsonObject)
    .flatMap(({ addresses }) => (Array.isArray(addresses) ? addresses : []))
    .flatMap((host: unknown) => (typeof host === "string" ? [{ host, port: number }] : []));
}

async function answers(api: KubernetesApi): Promise<boolean> {
  return api({ method: "GET", path: "/version" }).then(
    ({ status }) => status === 200,
    () => false,
  );
}
