import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { get } from "node:https";
import { join } from "node:path";
import type { ChildService } from "../../cluster/ChildService.ts";
import type { Cluster } from "../../cluster/Cluster.ts";
import { freePorts } from "../../cluster/ports/freePorts.ts";
import { patience } from "../../run/speedFactor.ts";
import { selfSignedPair } from "../../tls/selfSignedPair.ts";
import type { LoadGenerator } from "../gate/LoadGenerator.ts";

/** The default level of every namespace. */
const CONFIG = {
  apiVersion: "pod-security.admission.config.k8s.io/v1",
  kind: "PodSecurityConfiguration",
  defaults: { enforce: "restricted", "enforce-version": "latest" },
  exemptions: {},
};
const READY_MS = 30_000;
/** `man 5 proc`, and `getconf CLK_TCK` on Linux. */
const MICROSECONDS_PER_TICK = 10_000;

/** The Pod Security webhook of the Kubernetes project (`k8s.io/pod-security-admission/cmd/webhook`). */
export class PodSecurityWebhook {
  readonly port: number;
  readonly #service: ChildService;
  readonly #load: LoadGenerator;

  private constructor(service: ChildService, port: number, load: LoadGenerator) {
    this.#service = service;
    this.port = port;
    this.#load = load;
  }

  /** Starts it. It reads the namespaces of a cluster. */
  static async start(cluster: Cluster, load: LoadGenerator): Promise<PodSecurityWebhook> {
    const { cert, key } = await selfSignedPair();
    const file = async (name: string, text: string): Promise<string> => {
      const path = join(cluster.place.folder, name);
      await writeFile(path, text);
      return path;
    };
    const [port = 0] = await freePorts(1);
    const service = await cluster.runComponent("pod-security-webhook", [
      `--config=${await file("pod-security.json", JSON.stringify(CONFIG))}`,
      `--tls-cert-file=${await file("webhook.crt", cert)}`,
      `--tls-private-key-file=${await file("webhook.key", key)}`,
      `--secure-port=${port}`,
      "--bind-address=127.0.0.1",
    ]);
    const webhook = new PodSecurityWebhook(service, port, load);
    await service.waitUntil(() => isServing(port), patience(READY_MS));
    return webhook;
  }

  /** Sends one round of requests. Resolves to the CPU time of one, in microseconds. */
  async cpuPerRequest(): Promise<number> {
    const before = this.#cpu();
    const { requests } = await this.#load.send(this.port);
    return (this.#cpu() - before) / requests;
  }

  async stop(): Promise<void> {
    await this.#service.stop();
  }

  /** Of all threads, in user and system mode (fields 14 and 15). */
  #cpu(): number {
    const stat = readFileSync(`/proc/${this.#service.pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * MICROSECONDS_PER_TICK;
  }
}

function isServing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    get({ host: "127.0.0.1", port, path: "/healthz", rejectUnauthorized: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    }).once("error", () => resolve(false));
  });
}
