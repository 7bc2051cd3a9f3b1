import type { Mode } from "./Mode.ts";
import type { PolicyException } from "./PolicyException.ts";

/** A cluster's settings for policies. Made once for each cluster and used for every review. */
export interface ClusterSettings {
  /** The cluster's name, for the log. */
  readonly cluster: string;
  /** The policy's mode in this cluster. Where it differs by namespace or time: the strictest that it has now or later. */
  modeOf(policy: string): Mode;
  /** The policy's parsed parameters in this cluster. */
  paramsOf(policy: string): unknown;
  /**
   * The settings for one review: in a namespace, which is empty for cluster-scoped objects, at a time in milliseconds since
   * 1970. Absent where they are the same for all.
   */
  readonly at?: ((namespace: string, now: number) => ClusterSettings) | undefined;
  /** Whether {@link ClusterSettings.at} gives the policy other modes, or exceptions. Absent: neither. */
  readonly variationOf?: ((policy: string) => Variation) | undefined;
  /** The exceptions that are asked for a review. Only of settings for one review. */
  readonly excepting?: Excepting | undefined;
}

/** What of a policy differs from review to review in a cluster. */
export interface Variation {
  readonly mode: boolean;
  readonly exceptions: boolean;
}

/** Exceptions and the time at which they are asked. */
export interface Excepting {
  /** Those of the cluster, also those that have ended. */
  readonly exceptions: readonly PolicyException[];
  /** Milliseconds since 1970. */
  readonly now: number;
}
