import type { KubeObject } from "../../cluster/ClusterApi.ts";
import type { ClusterClient } from "../../cluster/ClusterClient.ts";
import { eventually } from "../../run/eventually.ts";
import { apiPathOf } from "../api/apiPathOf.ts";
import type { GateServer } from "../edges/GateServer.ts";
import { renderGate } from "./renderGate.ts";

/** Registrations in force. */
export interface RegisteredGate {
  readonly objects: readonly KubeObject[];
  /** Deletes the webhook registrations. */
  unregister(): Promise<void>;
}

/** Options of {@link registerGate}. */
export interface RegisterGateOptions {
  readonly cluster: ClusterClient;
  /** Path of the module that exports the gate. */
  readonly gate: string;
  readonly server: GateServer;
  /** Whether the API server calls the gate: for example, whether a create by dry run is denied. */
  readonly isCalled: () => Promise<boolean>;
  /** Changes each rendered object, as a user may. Default: no change. */
  readonly change?: (object: KubeObject) => KubeObject;
}

/** Applies the output of `postern render` for a gate and waits until the API server calls the gate. */
export async function registerGate(options: RegisterGateOptions): Promise<RegisteredGate> {
  const { cluster, gate, server, isCalled, change = (object: KubeObject) => object } = options;
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

/** Applies each object as `kubectl apply --server-side` does. Rejects with the message of the API server. */
export async function applyAll(cluster: ClusterClient, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    const { status, body } = await cluster.api.apply(apiPathOf(object).path, object);
    if (status >= 300) throw new Error(`${object.kind} ${object.metadata.name}: ${status} ${body.message}`);
  }
}
