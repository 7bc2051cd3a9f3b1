import type { ProviderSettings } from "../../announcement/providers/providerSettings.ts";
import type { Ed25519PublicKey } from "../../trust/Ed25519PublicKey.ts";
import type { ProbeTimeouts } from "../../trust/probe/viewEndpoint.ts";
import type { CatalogueName } from "../../trust/roots/catalogue.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { Finding } from "../Finding.ts";
import type { AnnouncementMark } from "../target/TargetState.ts";

/** The roots that a registration is to trust. */
export type TrustGoal =
  /** These roots, and previous roots until they were unused for the soak. At least one. */
  | { readonly mode: "pin"; readonly roots: readonly Certificate[] }
  /** The roots of the API server's host: an empty `caBundle`. */
  | { readonly mode: "system" };

/** The state that a run is to reach. */
export interface SyncGoal {
  /** The gate's name: the value of the label `postern.dev/gate`. */
  readonly gate: string;
  /** The cluster's name, as the gate knows it. */
  readonly cluster: string;
  /** Base URL of the gate, without a trailing slash. Undefined when each registration keeps its own. */
  readonly url: string | undefined;
  readonly trust: TrustGoal;
  /** How long a root must be unused before it is removed. */
  readonly soakMs: number;
  /** The announcement that this goal follows, remembered on each target. Undefined when none was followed. */
  readonly announced?: AnnouncementMark;
  /**
   * The finding that freezes the goal: the source of what comes next is configured but not usable. `url` is undefined then,
   * and no root is removed because it may be announced. Roots of the config are still added.
   */
  readonly frozen?: Finding;
  /** The capability in the URLs of all registrations. Undefined when the config has none: each URL keeps its own then. */
  readonly capability?: CapabilityGoal | undefined;
  /**
   * How long every API server must report that it cannot call the gate before marked webhooks fail open. Undefined when
   * break-glass is disabled.
   */
  readonly breakGlassAfterMs?: number | undefined;
}

/** The capability that URLs are to have. */
export interface CapabilityGoal {
  /** Undefined when no registration has a usable one, and none was fetched. */
  readonly token: string | undefined;
  /** How long the gate honours an expired one, for messages. */
  readonly graceMs: number;
}

/** Where capabilities come from. */
export interface CapabilitySource {
  /** The file with the token of the sync's ServiceAccount that the gate exchanges. */
  readonly tokenFile: string;
  /** The base URL of the gate that issues them. Undefined: that of the config, otherwise that of the registrations. */
  readonly url: string | undefined;
}

/** Time limits of a run. */
export interface SyncTimeouts extends ProbeTimeouts {
  /** For the API server to load a canary registration and call it. */
  readonly canaryMs: number;
  /** How long a run may be silent before another run takes its Lease. */
  readonly leaseMs: number;
  /** For the announcement, or for each call to a provider. */
  readonly nextMs: number;
}

/** The load on a gate. */
export interface SyncLoad {
  readonly requestsPerSecond: number;
  /** Mean duration of a call. */
  readonly latencyMs: number;
}

/** The parsed config of `postern sync`. */
export interface SyncConfig {
  readonly goal: SyncGoal;
  /** Verifies the gate's self-tests. Pinned here, never fetched. */
  readonly publicKey: Ed25519PublicKey;
  readonly timeouts: SyncTimeouts;
  /** Allowed hosts of URLs. */
  readonly hosts: readonly string[];
  /** The catalogues that `trust.roots` names. */
  readonly catalogues: readonly CatalogueName[];
  /** From the start of one run to the start of the next. */
  readonly intervalMs: number;
  /** The window over which the runs of clusters are spread. At most half the interval. */
  readonly jitterMs: number;
  /** The cluster's load on the gate, used only for the risk metrics. `api-server`: read from the API server's metrics. */
  readonly load: SyncLoad | "api-server" | undefined;
  /** Undefined when the sync renews no capability. */
  readonly capability?: CapabilitySource | undefined;
  /** The source of what comes next. Undefined when only the config decides. */
  readonly next: NextSource | undefined;
}

/** The source of the URL and roots that come next. */
export type NextSource =
  /** An announcement, signed with this pinned key. */
  | { readonly kind: "announcement"; readonly url: string; readonly publicKey: Ed25519PublicKey }
  /** The provider itself. */
  | { readonly kind: "provider"; readonly settings: ProviderSettings };
