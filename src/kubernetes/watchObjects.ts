import { type KubeConfig, type KubernetesListObject, type KubernetesObject, ListWatch } from "@kubernetes/client-node";
import { errorMessage } from "../telemetry/errorMessage.ts";
import { printable } from "../telemetry/printable.ts";
import { ObjectEvents } from "./ObjectEvents.ts";

/** Options of {@link watchObjects}. */
export interface WatchOptions {
  readonly kubeConfig: KubeConfig;
  /** The path of the collection. */
  readonly path: string;
  /** Lists the collection, with the resourceVersion from which the watch starts. */
  readonly list: () => Promise<KubernetesListObject<KubernetesObject>>;
  /** Called when an object was created, changed or deleted. */
  readonly onChange: (object: { readonly namespace: string; readonly name: string }) => void;
  /** Called when the list or the watch fails; it is then retried. */
  readonly onError: (message: string) => void;
  /** Ends the watch. */
  readonly signal: AbortSignal;
  /** The time without a whole event after which the watch is opened again. Default: 30 s, as in client-node. */
  readonly idleMs?: number;
}

/** A cache of watched objects. */
export interface ObjectWatch {
  /** The objects of a namespace, as of the last update. */
  list(namespace: string): readonly KubernetesObject[];
}

/** The delay before the first retry. Each further delay is twice the one before. */
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;
const IDLE_MS = 30_000;
/** As for an answer: ten times etcd's largest object. */
const MAX_EVENT_BYTES = 16 * 1024 * 1024;

/**
 * Watches the objects of one namespace or of all, with client-node's informer: a list, then a watch from there. A watch that
 * expires (410) starts again with a list. Runs until the signal is aborted.
 */
export function watchObjects({ kubeConfig, path, list, onChange, onError, signal, idleMs }: WatchOptions): ObjectWatch {
  const limits = { idleMs: idleMs ?? IDLE_MS, maxEventBytes: MAX_EVENT_BYTES };
  const events = new ObjectEvents({ kubeConfig, signal, onError: (error) => retry(error), ...limits });
  const informer = new ListWatch(path, events, list, false);
  let retryMs = FIRST_RETRY_MS;
  const changed = ({ metadata }: KubernetesObject): void => {
    retryMs = FIRST_RETRY_MS;
    if (metadata?.namespace !== undefined && metadata.name !== undefined)
      onChange({ namespace: metadata.namespace, name: metadata.name });
  };
  informer.on("add", changed);
  informer.on("update", changed);
  informer.on("delete", changed);
  let timer: NodeJS.Timeout | undefined;
  const retry = (error: unknown): void => {
    if (signal.aborted || timer !== undefined) return;
    onError(printable(errorMessage(error)));
    timer = setTimeout(() => {
      timer = undefined;
      informer.start().catch(retry);
    }, retryMs);
    retryMs = Math.min(retryMs * 2, MAX_RETRY_MS);
  };
  informer.on("error", retry);
  const stop = (): void => {
    clearTimeout(timer);
    void informer.stop();
  };
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) return { list: () => [] };
  // Not awaited: a proxy may hold back the watch's answer until there is an event.
  informer.start().catch(retry);
  return { list: (namespace) => informer.list(namespace) };
}
