import * as z from "zod/mini";
import type { IdentitySettings } from "../../identity/IdentitySettings.ts";
import { modes } from "../../policy/define/Mode.ts";

const mode = z.enum(modes as ["enforce", "warn", "audit"]);

/** How decisions are recorded. See `RecordSettings` in `src/records/profile`. */
const records = z.strictObject({
  /** `latency`, `compliance` or `off`. Default: `latency`. */
  profile: z.optional(z.enum(["latency", "compliance", "off"])),
  /** The part of allowed requests that the profile `latency` records, from 0 to 1. Default: 0.01. */
  sample: z.optional(z.number()),
  /** How users and groups are recorded. Default: `name`. */
  users: z.optional(z.enum(["name", "hash", "none"])),
  /** `redacted` records the object without secrets as well. Default: `hash`. */
  objects: z.optional(z.enum(["hash", "redacted"])),
  /** What is removed from recorded objects. A list replaces the default. `*` stands for any characters. */
  redact: z.optional(
    z.strictObject({
      /** Names of environment variables, in any case. */
      env: z.optional(z.array(z.string())),
      /** Keys of annotations. */
      annotations: z.optional(z.array(z.string())),
    }),
  ),
});

/** The settings of one cluster, from the table or a lookup. Unknown keys are faults, so that a misspelt key is noticed. */
export const clusterSchema = z.strictObject({
  /** Who may call for the cluster. `clusterIdentity` reads it: the tiers of the gate check their own settings. */
  identity: z.optional(z.unknown()),
  /** The mode of every policy that `modes` does not name. Default: `enforce`. */
  mode: z.optional(mode),
  /** Modes by policy name. */
  modes: z.optional(z.record(z.string(), mode)),
  /** Modes within some namespaces. Of the elements whose names match, the first that has a mode for a policy counts. */
  namespaces: z.optional(
    z.array(
      z.strictObject({
        /** Names, with `*` and `?`. */
        names: z.array(z.string()),
        /** The mode of every policy that these `modes` do not name. Default: as in the rest of the cluster. */
        mode: z.optional(mode),
        /** Modes by policy name. */
        modes: z.optional(z.record(z.string(), mode)),
      }),
    ),
  ),
  /** Parameters by policy name. The `params` of the policy parses them. */
  params: z.optional(z.record(z.string(), z.unknown())),
  /** How the decisions of this cluster are recorded. Default: the profile `latency`. */
  records: z.optional(records),
});

/** Settings of a cluster that calls the gate. */
export type Cluster = Omit<z.infer<typeof clusterSchema>, "identity"> & {
  /** Who may call for the cluster. */
  readonly identity: IdentitySettings;
};

/**
 * Finds the settings of a cluster outside the gate (KV, S3, a file). Resolves to undefined when there is no such cluster.
 * When it rejects, the last good settings stay in force. The signal aborts after 3 s.
 */
export type ClusterLookup = (name: string, signal: AbortSignal) => Promise<Cluster | undefined>;
