/** A value of a row in SQLite. */
export type SqlValue = string | number | ArrayBuffer | null;

/** What Postern uses of the storage of a Durable Object with SQLite (`ctx.storage`). */
export interface ObjectStorage {
  readonly sql: {
    /** At most 100 bindings. A value has at most 2 MB. */
    exec(query: string, ...bindings: readonly SqlValue[]): { toArray(): readonly Readonly<Record<string, SqlValue>>[] };
    /** In bytes, without free pages. */
    readonly databaseSize: number;
  };
  /** Rolls back when the closure throws. */
  transactionSync<T>(closure: () => T): T;
  /** Resolves once all writes so far are confirmed. */
  sync(): Promise<void>;
  /** Milliseconds since 1970. */
  getAlarm(): Promise<number | null>;
  setAlarm(timeMs: number): Promise<void>;
}

/** What Postern uses of the state of a Durable Object. */
export interface ObjectState {
  readonly storage: ObjectStorage;
}
