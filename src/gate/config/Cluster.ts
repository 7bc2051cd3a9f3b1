import * as z from "zod/mini";
import { modes } from "../../policy/define/Mode.ts";

const mode = z.enum(modes as ["enforce", "warn", "audit"]);

/** The settings of one cluster, from the table or a lookup. Unknown keys are faults, so that a misspelt key is noticed. */
export const clusterSchema = z.strictObject({
  /** The mode of every policy that `modes` does not name. Default: `enforce`. */
  mode: z.optional(mode),
  /** Modes by policy name. */
  modes: z.optional(z.record(z.string(), mode)),
  /** Parameters by policy name. The `params` of the policy parses them. */
  params: z.optional(z.record(z.string(), z.unknown())),
});

/** Settings of a cluster that calls the gate. */
export type Cluster = z.infer<typeof clusterSchema>;

/**
 * Finds the settings of a cluster outside the gate (KV, S3, a file). Resolves to undefined when there is no such cluster.
 * When it rejects, the last good settings stay in force. The signal aborts after 3 s.
 */
export type ClusterLookup = (name: string, signal: AbortSignal) => Promise<Cluster | undefined>;
