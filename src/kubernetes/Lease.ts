import { isJsonObject, type JsonObject } from "../protocol/Json.ts";
import { type KubernetesApi, statusMessage } from "./KubernetesApi.ts";
import { KubernetesError } from "./KubernetesError.ts";

/** Options of a {@link Lease}. */
export interface LeaseOptions {
  readonly namespace: string;
  readonly name: string;
  /** The holder's identity, unique among all processes that use the Lease. */
  readonly holder: string;
  /** A holder that has not renewed the Lease for this long has lost it. At most {@link MAX_LEASE_MS}. */
  readonly durationMs: number;
  /** In milliseconds since 1970. */
  readonly now: () => number;
}

/** No Lease is believed for longer than this after its renewal, whatever its duration says. */
export const MAX_LEASE_MS = 600_000;
/** How far a renewal may be ahead of now: HTTP dates have seconds, and clocks differ. */
const MAX_AHEAD_MS = 60_000;
/** The API server stores an int32 (`LeaseSpec`). */
const MAX_TRANSITIONS = 2_147_483_647;

/** For messages. */
const MAX_HOLDER_LENGTH = 128;

interface LeaseWrite {
  readonly method: "POST" | "PUT";
  /** The stored Lease; undefined when there is none. */
  readonly stored: JsonObject | undefined;
  /** Empty to give the Lease back. */
  readonly holder: string;
  /** In milliseconds since 1970. */
  readonly renewedAt: number;
}

/**
 * A Lease (coordination.k8s.io/v1) that keeps two processes from writing at the same time. The first {@link hold} acquires
 * it, so a process without anything to write never does. A write renews it when a third of its duration has passed. All its
 * users compare its times with one clock (`LeaseOptions.now`): that of the API server, see `ClusterClock`. A Lease whose
 * renewal is more than a minute ahead of that clock is not believed, and nobody holds a Lease for more than ten minutes
 * without a renewal. So whoever can write a Lease can keep others from it for minutes, not for years.
 */
export class Lease {
  readonly #api: KubernetesApi;
  readonly #options: LeaseOptions;
  readonly #collection: string;
  #renewedAt: number | undefined;
  #disbelieved: string | undefined;

  constructor(api: KubernetesApi, options: LeaseOptions) {
    this.#api = api;
    this.#options = { ...options, durationMs: Math.min(options.durationMs, MAX_LEASE_MS) };
    this.#collection = `/apis/coordination.k8s.io/v1/namespaces/${options.namespace}/leases`;
  }

  /** Why the stored Lease was not believed when this process took it over. Undefined when it was believed. */
  get disbelieved(): string | undefined {
    return this.#disbelieved;
  }

  /**
   * Acquires or renews the Lease. Resolves to whether it was written now. Throws {@link KubernetesError} `lease-held` while
   * another process holds it.
   */
  async hold(): Promise<boolean> {
    const { name, durationMs, holder, now } = this.#options;
    const ageMs = this.#renewedAt === undefined ? Number.NaN : now() - this.#renewedAt;
    // A negative age means that the clock was set back.
    if (ageMs >= 0 && ageMs < durationMs / 3) return false;
    const answer = await this.#api({ method: "GET", path: this.#path });
    const { status, body } = answer;
    // The time before the write, not after its answer: other processes count from the written time.
    const renewedAt = now();
    if (status === 404) await this.#write({ method: "POST", stored: undefined, holder, renewedAt });
    else {
      if (status !== 200 || body.kind !== "Lease")
        throw new KubernetesError("cluster-refused", `the Lease ${name} cannot be read: ${statusMessage(answer)}`);
      const other = this.#otherHolder(body);
      if (other !== undefined) throw new KubernetesError("lease-held", `another run has the Lease ${name}: ${other}`);
      await this.#write({ method: "PUT", stored: body, holder, renewedAt });
    }
    this.#renewedAt = renewedAt;
    return true;
  }

  /** Gives the Lease back, if this process holds it. Never rejects: a Lease expires anyway. */
  async release(): Promise<void> {
    if (this.#renewedAt === undefined) return;
    this.#renewedAt = undefined;
    try {
      const { body } = await this.#api({ method: "GET", path: this.#path });
      if (specOf(body).holderIdentity === this.#options.holder)
        await this.#write({ method: "PUT", stored: body, holder: "", renewedAt: this.#options.now() });
    } catch {
      // The Lease expires.
    }
  }

  get #path(): string {
    return `${this.#collection}/${this.#options.name}`;
  }

  #otherHolder(lease: JsonObject): string | undefined {
    const { holderIdentity, renewTime, leaseDurationSeconds } = specOf(lease);
    if (typeof holderIdentity !== "string" || holderIdentity === "" || holderIdentity === this.#options.holder)
      return undefined;
    const now = this.#options.now();
    const renewedAt = typeof renewTime === "string" ? Date.parse(renewTime) : Number.NaN;
    const claimedMs = (typeof leaseDurationSeconds === "number" ? leaseDurationSeconds : 0) * 1000;
    if (renewedAt <= now + MAX_AHEAD_MS && now < renewedAt + Math.min(claimedMs, MAX_LEASE_MS)) return holderIdentity;
    if (now < renewedAt + claimedMs)
      this.#disbelieved = `${holderIdentity.slice(0, MAX_HOLDER_LENGTH)} claims it from ${renewTime} for ${claimedMs / 1000} s: ${renewedAt > now ? "a time ahead of now is not believed" : `no Lease is held for more than ${MAX_LEASE_MS / 1000} s`}`;
    return undefined;
  }

  async #write({ method, stored, holder, renewedAt }: LeaseWrite): Promise<void> {
    const { name, namespace, durationMs } = this.#options;
    const { resourceVersion } = isJsonObject(stored?.metadata) ? stored.metadata : {};
    const before = stored === undefined ? {} : specOf(stored);
    const isRenewal = before.holderIdentity === holder;
    // The API server requires microseconds (metav1.MicroTime).
    const renewTime = new Date(renewedAt).toISOString().replace(/Z$/, "000Z");
    const transitions = transitionsOf(before);
    const answer = await this.#api({
      method,
      path: method === "POST" ? this.#collection : this.#path,
      body: {
        apiVersion: "coordination.k8s.io/v1",
        kind: "Lease",
        metadata: { name, namespace, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
        spec: {
          holderIdentity: holder,
          leaseDurationSeconds: Math.max(1, Math.ceil(durationMs / 1000)),
          acquireTime: isRenewal && typeof before.acquireTime === "string" ? before.acquireTime : renewTime,
          renewTime,
          leaseTransitions: stored === undefined || isRenewal || holder === "" ? transitions : transitions + 1,
        },
      },
    });
    if (answer.status === 409)
      throw new KubernetesError("lease-held", `another run acquired the Lease ${name} at the same time`);
    if (answer.status >= 300 || answer.body.kind !== "Lease")
      throw new KubernetesError("cluster-refused", `the Lease ${name} cannot be acquired: ${statusMessage(answer)}`);
  }
}

/** The number of transitions; 0 for one that could not rise. */
function transitionsOf({ leaseTransitions }: JsonObject): number {
  const isValid = typeof leaseTransitions === "number" && leaseTransitions >= 0 && leaseTransitions < MAX_TRANSITIONS;
  return isValid ? leaseTransitions : 0;
}

function specOf({ spec }: JsonObject): JsonObject {
  return isJsonObject(spec) ? spec : {};
}
