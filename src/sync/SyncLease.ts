import { isJsonObject, type JsonObject } from "../protocol/Json.ts";
import { SYNC_NAME, SYSTEM_NAMESPACE } from "../registration/guardConditions.ts";
import { type KubernetesApi, statusMessage } from "./KubernetesApi.ts";
import { SyncError } from "./SyncError.ts";

const COLLECTION = `/apis/coordination.k8s.io/v1/namespaces/${SYSTEM_NAMESPACE}/leases`;

/**
 * The Lease by which two runs never write at once. Taken before the first write, and so not by a run that has nothing to
 * do; kept by a write when a third of its time is over.
 */
export class SyncLease {
  readonly #api: KubernetesApi;
  readonly #holder: string;
  readonly #duration: number;
  readonly #now: () => number;
  #renewed: number | undefined;

  /** `duration` is in milliseconds; a run that has been silent for longer is taken for dead. */
  constructor(api: KubernetesApi, holder: string, duration: number, now: () => number) {
    this.#api = api;
    this.#holder = holder;
    this.#duration = duration;
    this.#now = now;
  }

  /** Takes the Lease, or keeps it. Throws {@link SyncError} `lease-held` while another run has it. */
  async hold(): Promise<void> {
    const age = this.#renewed === undefined ? Number.NaN : this.#now() - this.#renewed;
    // A clock that was set back says nothing of how long ago that was.
    if (age >= 0 && age < this.#duration / 3) return;
    const answer = await this.#api({ method: "GET", path: `${COLLECTION}/${SYNC_NAME}` });
    const { status, body } = answer;
    if (status === 404) await this.#write("POST", COLLECTION, undefined, this.#holder);
    else {
      if (status !== 200 || body.kind !== "Lease")
        throw new SyncError("refused-by-cluster", `the Lease ${SYNC_NAME} cannot be read: ${statusMessage(answer)}`);
      const other = this.#otherHolder(body);
      if (other !== undefined) throw new SyncError("lease-held", `another run has the Lease ${SYNC_NAME}: ${other}`);
      await this.#write("PUT", `${COLLECTION}/${SYNC_NAME}`, body, this.#holder);
    }
    this.#renewed = this.#now();
  }

  /** Gives it back, where it was taken. Never rejects: it runs out by itself. */
  async release(): Promise<void> {
    if (this.#renewed === undefined) return;
    try {
      const { body } = await this.#api({ method: "GET", path: `${COLLECTION}/${SYNC_NAME}` });
      if (specOf(body).holderIdentity === this.#holder)
        await this.#write("PUT", `${COLLECTION}/${SYNC_NAME}`, body, "");
    } catch {
      // It runs out by itself.
    }
  }

  #otherHolder(lease: JsonObject): string | undefined {
    const { holderIdentity, renewTime, leaseDurationSeconds } = specOf(lease);
    if (typeof holderIdentity !== "string" || holderIdentity === "" || holderIdentity === this.#holder)
      return undefined;
    const renewed = typeof renewTime === "string" ? Date.parse(renewTime) : Number.NaN;
    const seconds = typeof leaseDurationSeconds === "number" ? leaseDurationSeconds : 0;
    return this.#now() < renewed + seconds * 1000 ? holderIdentity : undefined;
  }

  async #write(method: "POST" | "PUT", path: string, lease: JsonObject | undefined, holder: string): Promise<void> {
    const { resourceVersion } = isJsonObject(lease?.metadata) ? lease.metadata : {};
    const time = new Date(this.#now()).toISOString().replace(/Z$/, "000Z");
    const answer = await this.#api({
      method,
      path,
      body: {
        apiVersion: "coordination.k8s.io/v1",
        kind: "Lease",
        metadata: {
          name: SYNC_NAME,
          namespace: SYSTEM_NAMESPACE,
          ...(resourceVersion === undefined ? {} : { resourceVersion }),
        },
        spec: {
          holderIdentity: holder,
          leaseDurationSeconds: Math.max(1, Math.ceil(this.#duration / 1000)),
          acquireTime: time,
          renewTime: time,
        },
      },
    });
    if (answer.status === 409) throw new SyncError("lease-held", `another run took the Lease ${SYNC_NAME} just now`);
    if (answer.status >= 300 || answer.body.kind !== "Lease")
      throw new SyncError("refused-by-cluster", `the Lease ${SYNC_NAME} cannot be taken: ${statusMessage(answer)}`);
  }
}

function specOf({ spec }: JsonObject): JsonObject {
  return isJsonObject(spec) ? spec : {};
}
