import { type KubeConfig, type KubernetesListObject, type KubernetesObject, ListWatch } from "@kubernetes/client-node";
import { EndingWatch } from "../../kubernetes/EndingWatch.ts";
import { type KubernetesApi, statusMessage } from "../../kubernetes/KubernetesApi.ts";
import { listPages } from "../../kubernetes/listPages.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import { CERT_MANAGER } from "../RolloutCluster.ts";
import { RolloutError } from "../RolloutError.ts";
import { type CertificateView, readCertificate } from "./CertificateView.ts";

/** What a watch is made of. */
export interface WatchOptions {
  readonly kubeConfig: KubeConfig;
  readonly api: KubernetesApi;
  /** Undefined for all of them. */
  readonly namespace: string | undefined;
  /** A Certificate was made, changed or is gone. */
  readonly onChange: (certificate: Pick<CertificateView, "namespace" | "name">) => void;
  /** It cannot be watched now; it is tried again. */
  readonly onFault: (message: string) => void;
  readonly signal: AbortSignal;
}

/** The Certificates that there are, as of the last that was heard. */
export interface CertificateWatch {
  list(namespace: string): CertificateView[];
}

/** Between a watch that failed and the next. In milliseconds. */
const FIRST_PAUSE = 1_000;
const MOST_PAUSE = 30_000;

/**
 * Watches Certificates by an informer of client-node: a list, then a watch from there; a watch that is gone (410) begins with
 * a list anew. Until the signal is given.
 */
export function watchCertificates(options: WatchOptions): CertificateWatch {
  const { kubeConfig, namespace, onChange, onFault, signal } = options;
  const path =
    namespace === undefined
      ? `${CERT_MANAGER}/certificates`
      : `${CERT_MANAGER}/namespaces/${encodeURIComponent(namespace)}/certificates`;
  const informer = new ListWatch(path, new EndingWatch(kubeConfig, signal), () => listAll(options.api, path), false);
  let pause = FIRST_PAUSE;
  const heard = ({ metadata }: KubernetesObject): void => {
    pause = FIRST_PAUSE;
    if (metadata?.namespace !== undefined && metadata.name !== undefined)
      onChange({ namespace: metadata.namespace, name: metadata.name });
  };
  informer.on("add", heard);
  informer.on("update", heard);
  informer.on("delete", heard);
  let timer: NodeJS.Timeout | undefined;
  const again = (error: unknown): void => {
    if (signal.aborted || timer !== undefined) return;
    onFault(errorMessage(error));
    timer = setTimeout(() => {
      timer = undefined;
      informer.start().catch(again);
    }, pause);
    pause = Math.min(pause * 2, MOST_PAUSE);
  };
  informer.on("error", again);
  signal.addEventListener(
    "abort",
    () => {
      clearTimeout(timer);
      void informer.stop();
    },
    { once: true },
  );
  if (signal.aborted) return { list: () => [] };
  // Not awaited: behind a proxy that holds an answer back until there is something in it, it would take as long.
  informer.start().catch(again);
  return { list: (place) => informer.list(place).flatMap((it) => readCertificate(it) ?? []) };
}

async function listAll(api: KubernetesApi, path: string): Promise<KubernetesListObject<KubernetesObject>> {
  const items: KubernetesObject[] = [];
  let resourceVersion = "";
  for await (const answer of listPages(api, path, "")) {
    const { items: some, metadata } = answer.body;
    if (answer.status === 404)
      throw new RolloutError(
        "not-there",
        "cert-manager's Certificates are not known in this cluster: is it installed?",
      );
    if (answer.status !== 200 || !Array.isArray(some) || !isJsonObject(metadata))
      throw new RolloutError("refused-by-cluster", `Certificates cannot be listed: ${statusMessage(answer)}`);
    items.push(...some.filter(isJsonObject));
    // Of the last page: a list in pages is of one moment.
    resourceVersion = typeof metadata.resourceVersion === "string" ? metadata.resourceVersion : "";
  }
  return { apiVersion: "v1", kind: "List", items, metadata: { resourceVersion } };
}
