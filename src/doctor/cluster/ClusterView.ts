import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import type { RegisteredGate } from "../../registration/entry/RegisteredGate.ts";
import type { SyncRun } from "../../sync/runSync.ts";
import type { EndpointView } from "../../trust/EndpointView.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { LiveRegistration, ServiceName } from "./LiveRegistration.ts";
import type { ManagedCertificate } from "./ManagedCertificate.ts";

/** The CronJob of the sync. Times are in milliseconds since 1970. */
export interface SyncJob {
  readonly isSuspended: boolean;
  readonly createdAt: number | undefined;
  readonly lastScheduledAt: number | undefined;
  readonly lastSuccessAt: number | undefined;
  /** The version of its image. Undefined if the tag of the image does not say it. */
  readonly version?: string | undefined;
}

/** The Deployment of the sync, which runs all the time. */
export interface SyncDeployment {
  readonly replicas: number;
  readonly ready: number;
  /** As that of a {@link SyncJob}. */
  readonly version?: string | undefined;
}

/** The result of a self-test through a gate's canary. */
export interface SelfTestResult {
  readonly gate: string;
  /** `called`: the gate was called. `signed`: the gate was called, and its answer has the pinned key's signature. */
  readonly result: "signed" | "called" | "failed" | "bad-statement" | "not-made";
  readonly message: string;
  /** The version that the gate states, signed. */
  readonly version?: string | undefined;
}

/** The clock of another machine. Accurate to about a second. */
export interface OtherClock {
  readonly of: string;
  /** How far it is ahead of this machine's clock. */
  readonly aheadMs: number;
}

/** A permission that the sync lacks. */
export interface MissingRight {
  readonly registration: string;
  readonly right: string;
}

/** A Secret with a certificate for a Service, which the Service's Pods mount. */
export interface ServiceSecret {
  readonly service: ServiceName;
  /** The name of the Secret. */
  readonly name: string;
  readonly leaf: Certificate;
  /** What renews it; undefined if nothing says so. */
  readonly renewer: string | undefined;
  /** The field manager that last wrote it; undefined if it is unknown. */
  readonly writer: string | undefined;
}

/** Something that could not be read, and why. */
export interface Unseen {
  readonly what: string;
  readonly reason: string;
}

/** Everything that the checks read. */
export interface ClusterView {
  /** In milliseconds since 1970. */
  readonly now: number;
  /** The gate to check; undefined for all gates that the cluster has registrations of. */
  readonly gate: string | undefined;
  /** The name of the cluster in the gate; undefined to use the annotation of each registration. */
  readonly cluster: string | undefined;
  /** The registrations that call the gate. */
  readonly registrations: readonly LiveRegistration[];
  /** The registrations of other webhooks. */
  readonly others: readonly LiveRegistration[];
  /** One for each base URL of the gate. */
  readonly endpoints: readonly EndpointView[];
  readonly clocks: readonly OtherClock[];
  /** The Certificates of cert-manager. Empty if it is not installed, or if they cannot be read. */
  readonly certificates: readonly ManagedCertificate[];
  /** The Secrets that Services of webhooks without a Certificate are served with, as far as they can be read. */
  readonly serviceSecrets: readonly ServiceSecret[];
  /** The hosts that the sync may write; undefined if they are unknown, or if nothing is handed to the sync. */
  readonly hosts: readonly string[] | undefined;
  /** The lines that list them: `HOST`, `HOST:PORT`, `HOST:*` or `HOST:PORT/BASE`. Undefined as `hosts` is. */
  readonly places: readonly string[] | undefined;
  /** `url` of the sync's config. */
  readonly wantedUrl: string | undefined;
  /** Undefined if it is unknown. */
  readonly syncJob: SyncJob | SyncDeployment | "missing" | undefined;
  readonly missingRights: readonly MissingRight[];
  readonly selfTests: readonly SelfTestResult[];
  /** The soak of the sync's config, or its default. */
  readonly soakMs: number;
  /** The versions that the cluster serves, by group; undefined if they are unknown. */
  readonly served: ReadonlyMap<string, readonly string[]> | undefined;
  /** The dry run of the sync; undefined without its config. */
  readonly plan: SyncRun | undefined;
  /** The sources of the gate; undefined if they were not given. */
  readonly sources: GateSources | undefined;
  readonly unseen: readonly Unseen[];
}

/** A gate and its settings for the cluster. */
export interface GateSources {
  readonly gate: RegisteredGate;
  readonly settings: ClusterSettings;
  /** The hash of the output of `postern render`. */
  readonly hash: string;
  /** The tiers that identify callers of the cluster, `none` included. Undefined if they are unknown. */
  readonly tiers?: readonly string[] | undefined;
  /** How long an expired capability of the cluster is honoured. Undefined for the default. */
  readonly graceMs?: number | undefined;
}
