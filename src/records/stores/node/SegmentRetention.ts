import type { ChainHead } from "../../chain/ChainHead.ts";
import type { RetentionLog } from "../../writer/retain.ts";
import type { SqliteLog } from "./SqliteLog.ts";
import { segmentFiles } from "./segmentFiles.ts";

/**
 * Where the retention of a cluster's segments ends. A whole segment ends its retention at one time, so a checkpoint is where
 * a segment begins. The last segment always stays: the chain goes on from it.
 */
export class SegmentRetention implements RetentionLog {
  readonly #folder: string;
  readonly #log: SqliteLog;
  readonly #takes: "first" | "all";

  /** `folder` is that of the cluster. `takes`: the first segment that is old enough, or all. */
  constructor(folder: string, log: SqliteLog, takes: "first" | "all") {
    this.#folder = folder;
    this.#log = log;
    this.#takes = takes;
  }

  async cut(beforeMs: number): Promise<ChainHead | undefined> {
    const heads = (await segmentFiles(this.#folder)).map(({ first }) => this.#log.headBefore(first));
    const isOld = (head: ChainHead | undefined): boolean => head !== undefined && head.at < beforeMs;
    return this.#takes === "first" ? heads.find(isOld) : heads.findLast(isOld);
  }

  deleteBefore(batch: number): Promise<void> {
    return this.#log.deleteBefore(batch);
  }
}
