import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { patience } from "../run/speedFactor.ts";
import type { ComponentProgram } from "./build/controlPlaneProgram.ts";
import { ClusterApi, type KubeObject } from "./ClusterApi.ts";
import type { ClusterAccess } from "./kubeconfigOf.ts";

/** The output and exit code of kubectl. */
export interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The data that another process needs to use a cluster. */
export interface ClusterPlace extends ClusterAccess {
  /** Folder of the cluster's files and logs. */
  readonly folder: string;
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Path. */
  readonly auditLog: string;
}

/** On the reference machine. */
const KUBECTL_PATIENCE_MS = 60_000;

/** Access to a cluster as its administrator. */
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

  /** Runs kubectl as the administrator, with `input` on standard input. Resolves for every exit code. */
  kubectl(args: readonly string[], input = ""): Promise<KubectlResult> {
    const { file, args: before } = this.#program("kubectl");
    const env = { ...process.env, KUBECONFIG: this.kubeconfig, KUBECACHEDIR: join(this.place.folder, "kubectl-cache") };
    return new Promise((resolve, reject) => {
      const options = { env, timeout: patience(KUBECTL_PATIENCE_MS), maxBuffer: 64 * 1024 * 1024 };
      const child = execFile(file, [...before, ...args], options, (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === "number") resolve({ code, stdout, stderr });
        else reject(new Error(`kubectl ${args.join(" ")} was stopped or could not start`, { cause: error }));
      });
      child.stdin?.end(input);
    });
  }

  /** The events in the audit log (audit.k8s.io/v1). */
  async auditEvents(): Promise<KubeObject[]> {
    const text = await readFile(this.place.auditLog, "utf8");
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  }

  /** The audit event of an object's creation, not of a subresource such as a Pod's binding. */
  async creationEvent(name: string, namespace: string): Promise<KubeObject | undefined> {
    return (await this.auditEvents()).find(
      ({ objectRef, verb }) =>
        verb === "create" &&
        objectRef.name === name &&
        objectRef.namespace === namespace &&
        objectRef.subresource === undefined,
    );
  }

  /** Closes the connections. */
  close(): void {
    this.api.close();
  }
}
