import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import type { ClientRequest } from "node:http";
import { request } from "node:https";
import { createInterface } from "node:readline";
import type { KubeObject } from "../../../cluster/ClusterApi.ts";
import type { ClusterClient } from "../../../cluster/ClusterClient.ts";
import { eventually } from "../../../run/eventually.ts";
import type { GoVerifier } from "../../../trust/GoVerifier.ts";

const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
const COLLECTIONS = ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"];

/** Trust bundle and URL of one webhook in one version of a registration. */
export interface StoredTrust {
  /** `Kind/name@resourceVersion webhook`. */
  readonly name: string;
  readonly bundle: string;
  readonly url: string;
}

/**
 * Watches every stored version of every registration of a gate, except the canary. For each version, a Go program makes
 * a handshake with the URL and the bundle, as the API server would for its next call. A watch skips no version.
 */
export class TrustWatch {
  /** Failed handshakes and failed watches, as messages. */
  readonly errors: string[] = [];
  /** The seen resource versions of each registration, in order. */
  readonly versions = new Map<string, string[]>();
  readonly #cluster: ClusterClient;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: ((answer: string) => void)[] = [];
  readonly #watches: ClientRequest[] = [];
  readonly #stored = new Map<string, readonly StoredTrust[]>();
  #handshakes: Promise<unknown>[] = [];
  #isStopped = false;

  private constructor(cluster: ClusterClient, program: string) {
    this.#cluster = cluster;
    this.#child = spawn(program);
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#answers.shift()?.(line));
  }

  /** Starts with the registrations that are stored now. */
  static async start(cluster: ClusterClient, go: GoVerifier): Promise<TrustWatch> {
    const watch = new TrustWatch(cluster, go.program);
    for (const collection of COLLECTIONS) {
      const { body } = await cluster.api.get(`${ADMISSION}/${collection}`);
      for (const item of body.items) watch.#record({ ...item, kind: body.kind.replace(/List$/, "") });
      await watch.#watch(collection, body.metadata.resourceVersion);
    }
    return watch;
  }

  /** Number of handshakes. */
  get handshakeCount(): number {
    return this.#handshakes.length;
  }

  /** Repeats the handshakes with the currently stored trust. Call it after a change of the endpoint. */
  checkStored(): void {
    for (const each of this.#stored.values()) for (const trust of each) this.#handshakeWith(trust);
  }

  /** Waits until every current version was seen and checked, then stops. Rejects when the watch misses a version. */
  async stop(): Promise<void> {
    try {
      for (const collection of COLLECTIONS) {
        const { body } = await this.#cluster.api.get(`${ADMISSION}/${collection}`);
        for (const { metadata } of body.items.filter(isWatched)) {
          const name = `${body.kind.replace(/List$/, "")}/${metadata.name}`;
          await eventually(`the watch to see the current version of ${name}`, () =>
            this.versions.get(name)?.includes(metadata.resourceVersion) ? true : undefined,
          );
        }
      }
      await Promise.all(this.#handshakes);
    } finally {
      this.#isStopped = true;
      for (const watch of this.#watches) watch.destroy();
      this.#child.stdin.end();
    }
  }

  #record(object: KubeObject): void {
    const { kind, metadata, webhooks = [] } = object;
    if (!isWatched(object)) return;
    const name = `${kind}/${metadata.name}`;
    this.versions.set(name, [...(this.versions.get(name) ?? []), metadata.resourceVersion]);
    const stored = webhooks.map(
      (webhook: KubeObject): StoredTrust => ({
        name: `${name}@${metadata.resourceVersion} ${webhook.name}`,
        bundle: Buffer.from(webhook.clientConfig.caBundle ?? "", "base64").toString(),
        url: webhook.clientConfig.url,
      }),
    );
    this.#stored.set(name, stored);
    for (const trust of stored) this.#handshakeWith(trust);
  }

  #handshakeWith({ name, bundle, url }: StoredTrust): void {
    const { host } = new URL(url);
    const asked = new Promise<void>((resolve) => {
      this.#answers.push((line) => {
        const { ok, error } = JSON.parse(line);
        if (ok !== true) this.errors.push(`${name}: ${url}: ${error}`);
        resolve();
      });
    });
    this.#child.stdin.write(`${JSON.stringify({ dial: host, anchors: bundle })}\n`);
    this.#handshakes.push(asked);
  }

  #watch(collection: string, resourceVersion: string): Promise<void> {
    const { server, ca, cert, key } = this.#cluster.place;
    const url = new URL(`${ADMISSION}/${collection}?watch=1&resourceVersion=${resourceVersion}`, server);
    return new Promise((resolve, reject) => {
      const sent = request(url, { ca, cert, key, agent: false }, (response) => {
        resolve();
        const lines = createInterface({ input: response });
        lines.on("line", (line) => {
          const { type, object } = JSON.parse(line);
          if (type === "ERROR") this.errors.push(`the watch of ${collection} failed: ${object.message}`);
          else if (type === "DELETED") this.#stored.delete(`${object.kind}/${object.metadata.name}`);
          else this.#record(object);
        });
        lines.once("close", () => {
          if (!this.#isStopped) this.errors.push(`the watch of ${collection} ended`);
        });
        lines.on("error", () => undefined);
        response.on("error", () => undefined);
      });
      sent.on("error", reject);
      sent.end();
      this.#watches.push(sent);
    });
  }
}

function isWatched({ metadata }: KubeObject): boolean {
  return metadata.labels?.["postern.dev/gate"] !== undefined && !metadata.name.endsWith(".canary");
}
