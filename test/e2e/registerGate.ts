import type { KubeObject } from "../cluster/ClusterApi.ts";
import type { ClusterClient } from "../cluster/ClusterClient.ts";
import { eventually } from "../run/eventually.ts";
import { apiPathOf } from "./apiPathOf.ts";
import type { GateServer } from "./GateServer.ts";
import { renderGate } from "./renderGate.ts";

/** Registrations that are in force. */
export interface RegisteredGate {
  readonly objects: readonly KubeObject[];
  /** Takes them back. */
  unregister(): Promise<void>;
}

/**
 * Applies what `postern render` prints for a gate, as it is, and waits until the API server calls it. `isCalled` is a
 * request by which that can be told, such as one by dry run that the gate denies. `change` makes registrations that
 * somebody wrote by hand.
 */
export async function registerGate(
  cluster: ClusterClient,
  gate: string,
  server: GateServer,
  isCalled: () => Promise<boolean>,
  change: (object: KubeObject) => KubeObject = (object) => object,
): Promise<RegisteredGate> {
  const objects = (await renderGate({ gate, url: server.url, ca: server.ca })).map(change);
  const unregister = async (): Promise<void> => {
    for (const object of objects)
      if (object.kind.endsWith("WebhookConfiguration")) await cluster.api.delete(apiPathOf(object).path);
  };
  try {
    await applyAll(cluster, objects);
    await eventually(`the API server to call ${gate}`, async () => ((await isCalled()) ? true : undefined));
  } catch (error) {
    await unregister();
    throw error;
  }
  return { objects, unregister };
}

/** Server-side apply of each object, as `kubectl apply --server-side` does it. Rejects with the API server's words. */
export async function applyAll(cluster: ClusterClient, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    const { status, body } = await cluster.api.apply(apiPathOf(object).path, object);
    if (status >= 300) throw new Error(`${object.kind} ${object.metadata.name}: ${status} ${body.message}`);
  }
}
