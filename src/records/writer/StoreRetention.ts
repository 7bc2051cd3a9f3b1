import type { RecordSource } from "../chain/RecordSource.ts";
import type { RetentionStores } from "./retain.ts";

/** A store whose retention is applied by hand, without a commit. */
export interface StoreRetention {
  /** The records of the store. */
  readonly source: RecordSource;
  /** What deletes the batches before a checkpoint. */
  readonly deletedBy: "postern" | "lifecycle-rule";
  /** The stores of a cluster, and the clock of its log in milliseconds since 1970. Rejects with {@link RecordError}. */
  chain(cluster: string): Promise<Pick<RetentionStores, "log" | "archive"> & { readonly nowMs: number }>;
  /** Frees what is held open. */
  close(): void;
}
