/** What a file of `--clusters` says of one cluster. Paths are from the working directory. */
export interface ClusterEntry {
  /** Context of the kubeconfig. */
  readonly context?: string | undefined;
  /** Path of a kubeconfig. */
  readonly kubeconfig?: string | undefined;
  /** URL of the gate for this cluster. */
  readonly url?: string | undefined;
  /** Path of a file with roots in PEM. */
  readonly ca?: string | undefined;
  /** For estimates of calls and cost. */
  readonly nodes?: number | undefined;
  /** Path of the config of its sync, for `doctor`. */
  readonly config?: string | undefined;
  /** Whether the registrations are handed over to the sync. */
  readonly sync?: boolean | undefined;
}

/** A cluster of a fleet: its name in the gate, and what commands need to reach it. */
export interface FleetCluster extends ClusterEntry {
  readonly name: string;
  /** Where its settings were given, for messages, such as `clusters.yaml: clusters.production`. Undefined: nowhere. */
  readonly place?: string | undefined;
}
