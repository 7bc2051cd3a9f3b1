import { isJsonObject, type JsonObject } from "../protocol/Json.ts";
import { type KubernetesApi, statusMessage } from "./KubernetesApi.ts";
import { KubernetesError } from "./KubernetesError.ts";

/** What a {@link Lease} is made of. */
export interface LeaseOptions {
  readonly namespace: string;
  readonly name: string;
  /** Unique among all that want it. */
  readonly holder: string;
  /** In milliseconds; a holder that has been silent for longer is taken for dead. */
  readonly duration: number;
  /** In milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * A Lease (coordination.k8s.io/v1), by which two never write at once. Taken when it is first held, and so not by a process
 * that has nothing to write; kept by a write when a third of its time is over.
 */
export class Lease {
  readonly #api: KubernetesApi;
  readonly #options: LeaseOptions;
  readonly #collection: string;
  #renewed: number | undefined;

  constructor(api: KubernetesApi, options: LeaseOptions) {
    this.#api = api;
    this.#options = options;
    this.#collection = `/apis/coordination.k8s.io/v1/namespaces/${options.namespace}/leases`;
  }

  /**
   * Takes the Lease, or keeps it. Resolves to whether that was written now. Throws {@link KubernetesError} `lease-held` while
   * another has it.
   */
  async hold(): Promise<boolean> {
    const { name, duration, holder, now } = this.#options;
    const age = this.#renewed === undefined ? Number.NaN : now() - this.#renewed;
    // A clock that was set back says nothing of how long ago that was.
    if (age >= 0 && age < duration / 3) return false;
    const answer = await this.#api({ method: "GET", path: `${this.#collection}/${name}` });
    const { status, body } = answer;
    // The time that is written, and not that of the answer: others count from there.
    const time = now();
    if (status === 404) await this.#write("POST", this.#collection, undefined, holder, time);
    else {
      if (status !== 200 || body.kind !== "Lease")
        throw new KubernetesError("cluster-refused", `the Lease ${name} cannot be read: ${statusMessage(answer)}`);
      const other = this.#otherHolder(body);
      if (other !== undefined) throw new KubernetesError("lease-held", `another run has the Lease ${name}: ${other}`);
      await this.#write("PUT", `${this.#collection}/${name}`, body, holder, time);
    }
    this.#renewed = time;
    return true;
  }

  /** Gives it back, where it was taken. Never rejects: it runs out by itself. */
  async release(): Promise<void> {
    if (this.#renewed === undefined) return;
    this.#renewed = undefined;
    const path = `${this.#collection}/${this.#options.name}`;
    try {
      const { body } = await this.#api({ method: "GET", path });
      if (specOf(body).holderIdentity === this.#options.holder)
        await this.#write("PUT", path, body, "", this.#options.now());
    } catch {
      // It runs out by itself.
    }
  }

  #otherHolder(lease: JsonObject): string | undefined {
    const { holderIdentity, renewTime, leaseDurationSeconds } = specOf(lease);
    if (typeof holderIdentity !== "string" || holderIdentity === "" || holderIdentity === this.#options.holder)
      return undefined;
    const renewed = typeof renewTime === "string" ? Date.parse(renewTime) : Number.NaN;
    const seconds = typeof leaseDurationSeconds === "number" ? leaseDurationSeconds : 0;
    return this.#options.now() < renewed + seconds * 1000 ? holderIdentity : undefined;
  }

  async #write(
    method: "POST" | "PUT",
    path: string,
    lease: JsonObject | undefined,
    holder: string,
    time: number,
  ): Promise<void> {
    const { name, namespace, duration } = this.#options;
    const { resourceVersion } = isJsonObject(lease?.metadata) ? lease.metadata : {};
    const before = lease === undefined ? {} : specOf(lease);
    const isKept = before.holderIdentity === holder;
    // Microseconds, which it insists on (metav1.MicroTime).
    const stamp = new Date(time).toISOString().replace(/Z$/, "000Z");
    const transitions = typeof before.leaseTransitions === "number" ? before.leaseTransitions : 0;
    const answer = await this.#api({
      method,
      path,
      body: {
        apiVersion: "coordination.k8s.io/v1",
        kind: "Lease",
        metadata: { name, namespace, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
        spec: {
          holderIdentity: holder,
          leaseDurationSeconds: Math.max(1, Math.ceil(duration / 1000)),
          acquireTime: isKept && typeof before.acquireTime === "string" ? before.acquireTime : stamp,
          renewTime: stamp,
          leaseTransitions: lease === undefined || isKept || holder === "" ? transitions : transitions + 1,
        },
      },
    });
    if (answer.status === 409) throw new KubernetesError("lease-held", `another run took the Lease ${name} just now`);
    if (answer.status >= 300 || answer.body.kind !== "Lease")
      throw new KubernetesError("cluster-refused", `the Lease ${name} cannot be taken: ${statusMessage(answer)}`);
  }
}

function specOf({ spec }: JsonObject): JsonObject {
  return isJsonObject(spec) ? spec : {};
}
