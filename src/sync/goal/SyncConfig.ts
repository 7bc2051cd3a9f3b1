import type { ProviderSettings } from "../../announcement/providers/providerSettings.ts";
import type { Ed25519PublicKey } from "../../trust/Ed25519PublicKey.ts";
import type { ProbeTimeouts } from "../../trust/probe/viewEndpoint.ts";
import type { CatalogueName } from "../../trust/roots/rootCatalogues.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { Finding } from "../plan/Step.ts";
import type { AnnouncementMark } from "../target/TargetState.ts";

/** Which roots a registration is to trust. */
export type TrustGoal =
  /** These, and until they have been unused for the soak those that were there before. At least one. */
  | { readonly mode: "pin"; readonly roots: readonly Certificate[] }
  /** Those of the API server's own host: an empty `caBundle`. */
  | { readonly mode: "system" };

/** What a run is to bring about. */
export interface SyncGoal {
  /** The gate's name, which is the value of the label `postern.dev/gate`. */
  readonly gate: string;
  /** The cluster, by the name that the gate knows it by. */
  readonly cluster: string;
  /** Where the gate is to be called, without a slash at its end; undefined where each registration keeps its own. */
  readonly url: string | undefined;
  readonly trust: TrustGoal;
  /** How long a root has to be unused before it goes. In milliseconds. */
  readonly soak: number;
  /** The announcement that this follows from, to be remembered on each target; undefined where none was gone by. */
  readonly announced?: AnnouncementMark;
  /**
   * Why what comes next is not known, though it was to be asked for. Then `url` is undefined, and no root is taken away,
   * for it may be one that was announced. What the config itself asks for is still added.
   */
  readonly hold?: Finding;
  /**
   * For how long every API server has to say that it cannot call the gate before marked webhooks are let be ignored; they
   * never are where it is undefined. In milliseconds.
   */
  readonly breakGlassAfter?: number | undefined;
}

/** Time limits, in milliseconds. */
export interface SyncTimeouts extends ProbeTimeouts {
  /** For the API server to take up a canary registration and call it. */
  readonly canary: number;
  /** How long a run may be silent before another takes its Lease. */
  readonly lease: number;
  /** For the announcement, or for each call to a provider. */
  readonly next: number;
}

/** Calls to a gate. */
export interface SyncLoad {
  readonly requestsPerSecond: number;
  /** How long one takes on average. In milliseconds. */
  readonly latency: number;
}

/** All that `postern sync` is told. */
export interface SyncConfig {
  readonly goal: SyncGoal;
  /** Signs the gate's self-tests. Pinned here, and never fetched. */
  readonly publicKey: Ed25519PublicKey;
  readonly timeouts: SyncTimeouts;
  /** Hosts that URLs may be on. */
  readonly hosts: readonly string[];
  /** The catalogues of roots that are named in it. */
  readonly catalogues: readonly CatalogueName[];
  /** From the start of one run to that of the next. In milliseconds. */
  readonly interval: number;
  /** The window that clusters' runs are spread over: half the interval at most. In milliseconds. */
  readonly jitter: number;
  /** What the cluster's API server sends to the gate, for the risk alone; `api-server` where that one counts it itself. */
  readonly load: SyncLoad | "api-server" | undefined;
  /** Where what comes next is asked for; undefined where the config alone says it. */
  readonly next: NextSource | undefined;
}

/** Who knows what comes next. */
export type NextSource =
  /** An announcement, signed with this key, which is pinned and never fetched. */
  | { readonly kind: "announcement"; readonly url: string; readonly publicKey: Ed25519PublicKey }
  /** The provider itself. */
  | { readonly kind: "provider"; readonly settings: ProviderSettings };
