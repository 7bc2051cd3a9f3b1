import type { KubeConfig, KubernetesListObject, KubernetesObject } from "@kubernetes/client-node";
import { type KubernetesApi, statusMessage } from "../../kubernetes/KubernetesApi.ts";
import { KubernetesError } from "../../kubernetes/KubernetesError.ts";
import { listPages } from "../../kubernetes/listPages.ts";
import { type WatchOptions, watchObjects } from "../../kubernetes/watchObjects.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import { type CertificateView, readCertificate } from "../CertificateView.ts";
import { CERT_MANAGER } from "../RolloutCluster.ts";

/** Options of {@link watchCertificates}. */
export interface CertificateWatchOptions extends Pick<WatchOptions, "onChange" | "onError" | "signal"> {
  readonly kubeConfig: KubeConfig;
  readonly api: KubernetesApi;
  /** Undefined for all namespaces. */
  readonly namespace: string | undefined;
}

/** A cache of Certificates. */
export interface CertificateWatch {
  /** The Certificates of a namespace, as of the last update. */
  list(namespace: string): CertificateView[];
}

/** Watches Certificates until the signal is aborted. A failed list or watch is retried. */
export function watchCertificates({ api, namespace, ...options }: CertificateWatchOptions): CertificateWatch {
  const scope = namespace === undefined ? "" : `namespaces/${encodeURIComponent(namespace)}/`;
  const path = `${CERT_MANAGER}/${scope}certificates`;
  const watch = watchObjects({ ...options, path, list: () => listAll(api, path) });
  const views = new WeakMap<KubernetesObject, CertificateView | null>();
  // Each reconciliation lists its namespace. A change of a Certificate makes another object.
  const viewOf = (object: KubernetesObject): CertificateView | null => {
    const known = views.get(object);
    if (known !== undefined) return known;
    const view = readCertificate(object) ?? null;
    views.set(object, view);
    return view;
  };
  return { list: (target) => watch.list(target).flatMap((object) => viewOf(object) ?? []) };
}

async function listAll(api: KubernetesApi, path: string): Promise<KubernetesListObject<KubernetesObject>> {
  const objects: KubernetesObject[] = [];
  let resourceVersion = "";
  for await (const answer of listPages(api, path, "")) {
    const { items, metadata } = answer.body;
    if (answer.status === 404)
      throw new KubernetesError(
        "cluster-refused",
        "this cluster has no Certificates (cert-manager.io/v1): is cert-manager installed?",
      );
    if (answer.status !== 200 || !Array.isArray(items) || !isJsonObject(metadata))
      throw new KubernetesError("cluster-refused", `Certificates cannot be listed: ${statusMessage(answer)}`);
    objects.push(...items.filter(isJsonObject));
    // All pages of a list have the same resourceVersion.
    resourceVersion = typeof metadata.resourceVersion === "string" ? metadata.resourceVersion : "";
  }
  return { apiVersion: "v1", kind: "List", items: objects, metadata: { resourceVersion } };
}
