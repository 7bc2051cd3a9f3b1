import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { patience } from "../run/speedFactor.ts";
import { ClusterApi, type KubeObject } from "./ClusterApi.ts";
import type { ComponentProgram } from "./controlPlaneProgram.ts";
import type { ClusterAccess } from "./kubeconfigOf.ts";

/** What kubectl printed, and how it ended. */
export interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Everything that it takes to use a cluster from another process than the one that started it. */
export interface ClusterPlace extends ClusterAccess {
  /** Holds all of its files, logs among them. */
  readonly folder: string;
  /** Paths. */
  readonly kubeconfig: string;
  readonly auditLog: string;
}

/** In milliseconds, on the reference machine. */
const KUBECTL_PATIENCE = 60_000;

/** A cluster as its admin sees it. */
export class ClusterClient {
  readonly place: ClusterPlace;
  readonly api: ClusterApi;
  readonly #program: ComponentProgram;

  constructor(place: ClusterPlace, program: ComponentProgram) {
    this.place = place;
    this.api = new ClusterApi(place);
    this.#program = program;
  }

  get kubeconfig(): string {
    return this.place.kubeconfig;
  }

  /** Runs kubectl as the cluster's admin, with `input` on standard input. A code that is not 0 is no rejection. */
  kubectl(args: readonly string[], input = ""): Promise<KubectlResult> {
    const { file, args: before } = this.#program("kubectl");
    const env = { ...process.env, KUBECONFIG: this.kubeconfig, KUBECACHEDIR: join(this.place.folder, "kubectl-cache") };
    return new Promise((resolve, reject) => {
      const options = { env, timeout: patience(KUBECTL_PATIENCE), maxBuffer: 64 * 1024 * 1024 };
      const child = execFile(file, [...before, ...args], options, (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === "number") resolve({ code, stdout, stderr });
        else reject(new Error(`kubectl ${args.join(" ")} did not end by itself`, { cause: error }));
      });
      child.stdin?.end(input);
    });
  }

  /** The audit log's events so far (audit.k8s.io/v1). */
  async auditEvents(): Promise<KubeObject[]> {
    const text = await readFile(this.place.auditLog, "utf8");
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  }

  /** The audit event of the creation of an object, not of what was created below it, such as a Pod's binding. */
  async creationEvent(name: string, namespace: string): Promise<KubeObject | undefined> {
    return (await this.auditEvents()).find(
      ({ objectRef, verb }) =>
        verb === "create" &&
        objectRef.name === name &&
        objectRef.namespace === namespace &&
        objectRef.subresource === undefined,
    );
  }

  /** Ends its connections. */
  close(): void {
    this.api.close();
  }
}
