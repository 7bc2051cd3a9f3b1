import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import type { ClientRequest } from "node:http";
import { request } from "node:https";
import { createInterface } from "node:readline";
import type { KubeObject } from "../cluster/ClusterApi.ts";
import type { ClusterClient } from "../cluster/ClusterClient.ts";
import { eventually } from "../run/eventually.ts";
import type { GoVerifier } from "../trust/GoVerifier.ts";

const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
const COLLECTIONS = ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"];

/** What was stored at some time, and what became of a handshake with it. */
export interface StoredTrust {
  /** `Kind/name@resourceVersion webhook`. */
  readonly what: string;
  readonly bundle: string;
  readonly url: string;
}

/**
 * Watches every version of every registration of a gate that is stored, its canary's aside, and has Go shake hands with
 * the URL by the bundle at that very time, as the API server would for its next call. A watch leaves no version out.
 */
export class TrustWatch {
  /** Handshakes that Go refused, and why. */
  readonly refusals: string[] = [];
  /** Of each registration, the versions that were seen, in order. */
  readonly versions = new Map<string, string[]>();
  readonly #cluster: ClusterClient;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting: ((answer: string) => void)[] = [];
  readonly #watches: ClientRequest[] = [];
  readonly #stored = new Map<string, readonly StoredTrust[]>();
  #handshakes: Promise<unknown>[] = [];
  #isOver = false;

  private constructor(cluster: ClusterClient, program: string) {
    this.#cluster = cluster;
    this.#child = spawn(program);
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#waiting.shift()?.(line));
  }

  /** Begins with what is stored now. */
  static async start(cluster: ClusterClient, go: GoVerifier): Promise<TrustWatch> {
    const watch = new TrustWatch(cluster, go.program);
    for (const collection of COLLECTIONS) {
      const { body } = await cluster.api.get(`${ADMISSION}/${collection}`);
      for (const item of body.items) watch.#see({ ...item, kind: body.kind.replace(/List$/, "") });
      await watch.#watch(collection, body.metadata.resourceVersion);
    }
    return watch;
  }

  /** How many handshakes there were. */
  get count(): number {
    return this.#handshakes.length;
  }

  /** Shakes hands anew with what is stored now: for when the endpoint has changed. */
  look(): void {
    for (const each of this.#stored.values()) for (const trust of each) this.#shake(trust);
  }

  /** Ends it, when every version up to now was seen and judged. Rejects when a watch ended before. */
  async stop(): Promise<void> {
    try {
      for (const collection of COLLECTIONS) {
        const { body } = await this.#cluster.api.get(`${ADMISSION}/${collection}`);
        for (const { metadata } of body.items.filter(isWatched)) {
          const name = `${body.kind.replace(/List$/, "")}/${metadata.name}`;
          await eventually(`the watch to see ${name} as it is`, () =>
            this.versions.get(name)?.includes(metadata.resourceVersion) ? true : undefined,
          );
        }
      }
      await Promise.all(this.#handshakes);
    } finally {
      this.#isOver = true;
      for (const watch of this.#watches) watch.destroy();
      this.#child.stdin.end();
    }
  }

  #see(object: KubeObject): void {
    const { kind, metadata, webhooks = [] } = object;
    if (!isWatched(object)) return;
    const name = `${kind}/${metadata.name}`;
    this.versions.set(name, [...(this.versions.get(name) ?? []), metadata.resourceVersion]);
    const stored = webhooks.map(
      (webhook: KubeObject): StoredTrust => ({
        what: `${name}@${metadata.resourceVersion} ${webhook.name}`,
        bundle: Buffer.from(webhook.clientConfig.caBundle ?? "", "base64").toString(),
        url: webhook.clientConfig.url,
      }),
    );
    this.#stored.set(name, stored);
    for (const trust of stored) this.#shake(trust);
  }

  #shake({ what, bundle, url }: StoredTrust): void {
    const { host } = new URL(url);
    const asked = new Promise<void>((resolve) => {
      this.#waiting.push((line) => {
        const { ok, error } = JSON.parse(line);
        if (ok !== true) this.refusals.push(`${what}: ${url}: ${error}`);
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
          if (type === "ERROR") this.refusals.push(`the watch of ${collection} failed: ${object.message}`);
          else if (type === "DELETED") this.#stored.delete(`${object.kind}/${object.metadata.name}`);
          else this.#see(object);
        });
        lines.once("close", () => {
          if (!this.#isOver) this.refusals.push(`the watch of ${collection} ended`);
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
