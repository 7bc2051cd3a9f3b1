import { randomUUID } from "node:crypto";
import { eventually } from "../run/eventually.ts";
import type { ApiAnswer, ApiCall, KubeObject } from "./ClusterApi.ts";
import type { ClusterClient } from "./ClusterClient.ts";

/** Fields of an object. */
export type Manifest = Readonly<Record<string, unknown>>;

/** A namespace of one suite. Only webhooks that select the suite's label are called for objects in it. */
export class TestNamespace {
  readonly cluster: ClusterClient;
  readonly name: string;

  private constructor(cluster: ClusterClient, name: string) {
    this.cluster = cluster;
    this.name = name;
  }

  static async create(cluster: ClusterClient, suite: string): Promise<TestNamespace> {
    const name = `${suite}-${randomUUID().slice(0, 8)}`;
    const labels = { "postern.dev/suite": suite };
    await cluster.api.create("/api/v1/namespaces", { metadata: { name, labels } });
    // The API server rejects Pods until the controllers have created the namespace's ServiceAccount.
    await eventually(`ServiceAccount of ${name}`, async () => {
      const { status } = await cluster.api.get(`/api/v1/namespaces/${name}/serviceaccounts/default`);
      return status === 200 ? true : undefined;
    });
    return new TestNamespace(cluster, name);
  }

  /** Path of a resource in the namespace: `path("pods", "a", "exec")`, `path("apps/v1", "deployments")`. */
  path(...parts: readonly string[]): string {
    const grouped = parts[0]?.includes("/") === true;
    const base = grouped ? `/apis/${parts[0]}` : "/api/v1";
    return `${base}/namespaces/${this.name}/${parts.slice(grouped ? 1 : 0).join("/")}`;
  }

  createPod(name: string, more: PodParts = {}, call?: ApiCall): Promise<ApiAnswer> {
    return this.cluster.api.create(this.path("pods"), podOf(name, more), call);
  }

  createConfigMap(name: string, data: Readonly<Record<string, string>>, call?: ApiCall): Promise<ApiAnswer> {
    return this.cluster.api.create(this.path("configmaps"), { metadata: { name }, data }, call);
  }
}

/** Fields of a Pod that differ from the defaults. */
export interface PodParts {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly image?: string;
  readonly spec?: Manifest;
}

/** A Pod with one container. */
export function podOf(
  name: string,
  { labels = {}, annotations = {}, image = "registry.example.com/app:1", spec = {} }: PodParts,
): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels, annotations },
    spec: { terminationGracePeriodSeconds: 0, containers: [{ name: "app", image }], ...spec },
  };
}
