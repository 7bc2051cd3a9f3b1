/** Stands for all values after the first ones. */
export const OTHER_VALUE = "other";

/**
 * Bounds the values of a label: the first `max` values keep their names, and all later ones are `other`. Each value of a
 * label is a time series for ever, so a fleet of 3,000 clusters must not become 3,000 values for each metric.
 */
export class BoundedLabel {
  readonly #known = new Set<string>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** The value, or `other`. */
  of(value: string): string {
    if (this.#known.has(value)) return value;
    if (this.#known.size >= this.#max) return OTHER_VALUE;
    this.#known.add(value);
    return value;
  }
}
