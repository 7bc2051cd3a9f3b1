/** Names of the gate's counters. `unknown_entry`: calls for an entry that the gate does not have. */
export type CounterName = "unknown_entry";

/** Counts events since the gate was created. */
export class Counters {
  readonly #counts = new Map<CounterName, number>();

  /** Adds one. */
  count(name: CounterName): void {
    this.#counts.set(name, this.of(name) + 1);
  }

  /** The current count. */
  of(name: CounterName): number {
    return this.#counts.get(name) ?? 0;
  }
}
