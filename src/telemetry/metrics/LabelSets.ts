import type { Labels } from "./Meter.ts";

interface Node {
  readonly next: Map<string, Node>;
  labels: Labels | undefined;
}

/**
 * Returns the same object for the same values of labels: a meter then finds a time series without comparing them. The values
 * are bounded by the caller.
 */
export class LabelSets {
  readonly #names: readonly string[];
  readonly #root: Node = { next: new Map(), labels: undefined };

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  /** The labels with these values, in the order of the names. */
  of(...values: readonly string[]): Labels {
    let node = this.#root;
    for (const value of values) {
      let next = node.next.get(value);
      if (next === undefined) {
        next = { next: new Map(), labels: undefined };
        node.next.set(value, next);
      }
      node = next;
    }
    node.labels ??= Object.fromEntries(this.#names.map((name, index) => [name, values[index] ?? ""]));
    return node.labels;
  }
}
