import { RecordError } from "../RecordError.ts";

/** Limits of a {@link GroupCommit}. */
export interface GroupCommitLimits {
  /** Items that may wait for a commit. More are refused. Default: 1,024: a decision has up to 64 KiB. */
  readonly waiting?: number;
  /** Items of one commit. Default: 256. */
  readonly batch?: number;
}

interface Waiting<T, R> {
  readonly item: T;
  resolve(result: R): void;
  reject(error: unknown): void;
}

/**
 * Commits items in groups: what arrives while a commit runs goes into the next. One commit runs at a time. `commit` resolves
 * to one result for each item, in their order; when it rejects, all items of the group fail with its error.
 */
export class GroupCommit<T, R> {
  readonly #commit: (items: readonly T[]) => Promise<readonly R[]>;
  readonly #limits: Required<GroupCommitLimits>;
  readonly #waiting: Waiting<T, R>[] = [];
  #isRunning = false;

  constructor(commit: (items: readonly T[]) => Promise<readonly R[]>, limits: GroupCommitLimits = {}) {
    this.#commit = commit;
    this.#limits = { waiting: 1024, batch: 256, ...limits };
  }

  /** The number of items that wait for a commit. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Resolves once the item is committed. Rejects with {@link RecordError} `queue-full` when too many wait. */
  add(item: T): Promise<R> {
    if (this.#waiting.length >= this.#limits.waiting)
      return Promise.reject(
        new RecordError("queue-full", "too many decisions wait for the store of the records; try again"),
      );
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      // Calls that arrived in the same turn of the event loop go together.
      await Promise.resolve();
      const group = this.#waiting.splice(0, this.#limits.batch);
      try {
        const results = await this.#commit(group.map(({ item }) => item));
        for (const [index, { resolve, reject }] of group.entries()) {
          const result = results[index];
          if (result === undefined) reject(new TypeError("a commit has no result for an item"));
          else resolve(result);
        }
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#isRunning = false;
  }
}
