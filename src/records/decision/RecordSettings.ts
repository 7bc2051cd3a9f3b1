/** How the decisions of a cluster are recorded. */
export interface RecordSettings {
  /**
   * | profile | a record is written | on a crash |
   * |---|---|---|
   * | `latency` | after the answer: denials, errors and missed deadlines, and a sample of the others | what waits is lost |
   * | `compliance` | before the answer, of every decision; without it the answer is a 503 | nothing is lost |
   * | `off` | never | |
   */
  readonly profile: "latency" | "compliance" | "off";
  /** The part of allowed requests that the profile `latency` records, from 0 to 1. */
  readonly sample: number;
  /** How users and groups are recorded. A hash is one of the cluster and the name. */
  readonly users: "name" | "hash" | "none";
  /** `hash`: only the hash of the object. `redacted`: the object itself as well, without secrets. */
  readonly objects: "hash" | "redacted";
  readonly redact: RedactionSettings;
}

/** What is removed from recorded objects, besides what `redactedObject` always removes. */
export interface RedactionSettings {
  /** Names in lists of `name` and `value`, such as environment variables, whose value is removed, in any case. `*` stands for any characters. */
  readonly env: readonly string[];
  /** Annotations whose value is removed. `*` stands for any characters. */
  readonly annotations: readonly string[];
}

/** The settings of a cluster that has none. */
export const DEFAULT_RECORD_SETTINGS: RecordSettings = {
  profile: "latency",
  sample: 0.01,
  users: "name",
  objects: "hash",
  redact: {
    env: ["*PASS*", "*SECRET*", "*TOKEN*", "*KEY*", "*CREDENTIAL*", "*AUTH*", "*DSN*", "*CONN*"],
    annotations: ["kubectl.kubernetes.io/last-applied-configuration"],
  },
};
