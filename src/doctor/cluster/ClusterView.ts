import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import type { RegisteredGate } from "../../registration/RegisteredGate.ts";
import type { SyncRun } from "../../sync/runSync.ts";
import type { EndpointView } from "../../trust/probe/EndpointView.ts";
import type { LiveRegistration } from "./LiveRegistration.ts";
import type { ManagedCertificate } from "./ManagedCertificate.ts";
import type { ServiceSecret } from "./ServiceSecret.ts";

/** What the CronJob of the sync has done lately. Times are in milliseconds since 1970. */
export interface SyncJob {
  readonly isSuspended: boolean;
  readonly created: number | undefined;
  readonly lastScheduled: number | undefined;
  readonly lastSuccess: number | undefined;
}

/** The sync as a Deployment that runs all the time. */
export interface SyncDeployment {
  readonly replicas: number;
  readonly ready: number;
}

/** What became of a self-test through a gate's canary. */
export interface SelfTestResult {
  readonly gate: string;
  /** `carried`: the gate was called. `signed`: and it said so with the pinned key. */
  readonly result: "signed" | "carried" | "failed" | "bad-statement" | "not-made";
  readonly message: string;
}

/** A clock that is not this one: how far it is ahead, in milliseconds; a second more or less. */
export interface OtherClock {
  readonly of: string;
  readonly ahead: number;
}

/** A right of the sync's that it does not have. */
export interface MissingRight {
  readonly registration: string;
  readonly right: string;
}

/** Something that could not be looked at, and why. */
export interface Unseen {
  readonly what: string;
  readonly why: string;
}

/** All that the checks follow from. */
export interface ClusterView {
  /** In milliseconds since 1970. */
  readonly now: number;
  /** The gate that is asked about; undefined for every gate that the cluster has registrations of. */
  readonly gate: string | undefined;
  /** The cluster, as the gate knows it; undefined where each registration's own word counts. */
  readonly cluster: string | undefined;
  /** Those that call the gate. */
  readonly registrations: readonly LiveRegistration[];
  /** Everybody else's. */
  readonly others: readonly LiveRegistration[];
  /** One for each URL below which the gate is called. */
  readonly endpoints: readonly EndpointView[];
  readonly clocks: readonly OtherClock[];
  /** Those of cert-manager; none where it is not there, or they cannot be seen. */
  readonly certificates: readonly ManagedCertificate[];
  /** What Services that webhooks call are served with, where no Certificate is for them, as far as that can be seen. */
  readonly serviceSecrets: readonly ServiceSecret[];
  /** The hosts that the sync may write; undefined where that is not known, or nothing was handed over. */
  readonly hosts: readonly string[] | undefined;
  /** Undefined where that is not known. */
  readonly syncJob: SyncJob | SyncDeployment | "missing" | undefined;
  readonly missingRights: readonly MissingRight[];
  readonly selfTests: readonly SelfTestResult[];
  /** How long roots soak: of the sync's config, or its default. In milliseconds. */
  readonly soak: number;
  /** What a dry run of the sync says; undefined without its config. */
  readonly plan: SyncRun | undefined;
  /** The gate's sources; undefined where they were not handed in. */
  readonly sources: GateSources | undefined;
  readonly unseen: readonly Unseen[];
}

/** A gate with what it says about the cluster. */
export interface GateSources {
  readonly gate: RegisteredGate;
  readonly settings: ClusterSettings;
  /** Of what `postern render` would print. */
  readonly hash: string;
}
