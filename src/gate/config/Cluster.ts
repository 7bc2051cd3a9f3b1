import * as z from "zod/mini";
import { modes } from "../../policy/define/Mode.ts";

const mode = z.enum(modes as ["enforce", "warn", "audit"]);

/** The settings of one cluster, as a table or a lookup gives them. Unknown keys are refused, so that a misspelt one is noticed. */
export const clusterSchema = z.strictObject({
  /** The mode of every policy that `modes` does not name. Default: `enforce`. */
  mode: z.optional(mode),
  /** Modes by policy name. */
  modes: z.optional(z.record(z.string(), mode)),
  /** Parameters by policy name, as the policy's own `params` reads them. */
  params: z.optional(z.record(z.string(), z.unknown())),
});

/** One caller of the gate. */
export type Cluster = z.infer<typeof clusterSchema>;

/** Finds a cluster's settings outside the gate (KV, S3, a file). Undefined: there is no such cluster. A rejection keeps the last good settings. */
export type ClusterLookup = (name: string, signal: AbortSignal) => Promise<Cluster | undefined>;
