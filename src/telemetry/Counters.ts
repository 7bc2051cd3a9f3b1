/** What the gate counts. */
export type CounterName = "unknown_entry";

/** Counts of what happened since the gate was made. Labels are for series that are known beforehand; there are none yet. */
export class Counters {
  readonly #counts = new Map<CounterName, number>();

  count(name: CounterName): void {
    this.#counts.set(name, this.of(name) + 1);
  }

  of(name: CounterName): number {
    return this.#counts.get(name) ?? 0;
  }
}
