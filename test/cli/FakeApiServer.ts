import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface Stored {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
  readonly [member: string]: unknown;
}

const COLLECTIONS: Readonly<Record<string, string>> = {
  Namespace: "/api/v1/namespaces",
  ResourceQuota: "/api/v1/namespaces/postern-selftest/resourcequotas",
  ValidatingWebhookConfiguration: "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
  MutatingWebhookConfiguration: "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
  CustomResourceDefinition: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
};

/**
 * The parts of an API server that `postern render --diff` uses: get, list, and server-side apply as a dry run only.
 * Other suites compare rendered objects with a real API server.
 */
export class FakeApiServer {
  /** Objects by path. */
  readonly objects = new Map<string, Stored>();
  /** `METHOD PATH?QUERY` of each call. */
  readonly calls: string[] = [];
  /** Replaces every answer when set: a status with a message, or no answer. */
  fault: { status: number; message: string } | "silence" | undefined;
  readonly #server = createServer((request, response) => {
    void this.#answer(request, response);
  });

  /** Starts the server. Resolves to a kubeconfig for it. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "fake", cluster: { server: this.url, "insecure-skip-tls-verify": true } }],
      users: [{ name: "me", user: { token: "t" } }],
      contexts: [{ name: "here", context: { cluster: "fake", user: "me" } }],
      "current-context": "here",
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Stores objects as an API server does: with defaults and with metadata of the server. */
  store(...objects: readonly object[]): void {
    for (const object of objects) {
      const { kind, metadata, ...rest } = object as Stored;
      const path = `${COLLECTIONS[String(kind)]}/${metadata.name}`;
      const kept = {
        uid: "u",
        resourceVersion: "7",
        generation: 3,
        creationTimestamp: "2026-01-01T00:00:00Z",
        managedFields: [{}],
      };
      this.objects.set(path, {
        kind,
        ...rest,
        ...defaults(rest),
        metadata: { ...metadata, ...kept },
        status: { x: 1 },
      });
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body: Buffer[] = [];
    for await (const chunk of request) body.push(chunk);
    const { pathname, searchParams } = new URL(request.url ?? "", this.url);
    this.calls.push(`${request.method} ${request.url}`);
    if (this.fault === "silence") return;
    const [status, answer] =
      this.fault === undefined
        ? this.#result(request.method ?? "", pathname, searchParams, Buffer.concat(body).toString())
        : [this.fault.status, { kind: "Status", message: this.fault.message }];
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  }

  #result(method: string, path: string, query: URLSearchParams, body: string): [status: number, answer: object] {
    const missing: [number, object] = [404, { kind: "Status", message: "not found" }];
    if (method === "PATCH") {
      if (query.get("dryRun") !== "All" || query.get("force") !== "true" || query.get("fieldManager") !== "postern")
        return [500, { message: "only a dry run is allowed" }];
      const isInNamespace = path.includes("/postern-selftest/");
      if (isInNamespace && !this.objects.has("/api/v1/namespaces/postern-selftest")) return missing;
      const live = this.objects.get(path) ?? {};
      const applied = JSON.parse(body);
      return [
        200,
        { ...live, ...applied, ...defaults(applied), metadata: { ...Object(live).metadata, ...applied.metadata } },
      ];
    }
    if (!Object.values(COLLECTIONS).includes(path)) {
      const object = this.objects.get(path);
      return object === undefined ? missing : [200, object];
    }
    const [, label, value] = /^(.+)=(.+)$/.exec(query.get("labelSelector") ?? "") ?? [];
    const items = [...this.objects]
      .filter(([at]) => at.slice(0, at.lastIndexOf("/")) === path)
      .map(([, { kind: _kind, apiVersion: _version, ...item }]) => item)
      .filter(({ metadata }) => label === undefined || metadata.labels?.[label] === value);
    return [200, { kind: "List", items }];
  }
}

function defaults({ webhooks }: { readonly webhooks?: unknown }): object {
  return Array.isArray(webhooks) ? { webhooks: webhooks.map((webhook) => ({ objectSelector: {}, ...webhook })) } : {};
}
