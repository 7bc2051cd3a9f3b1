import { mayBeRounded } from "./exactInteger.ts";

/**
 * The numbers of a value that look like a rounded int64 and are none: they were read as such, from a text with a point, an
 * exponent, or an integer beyond int64. Written back unchanged they are right. Collected when the first is asked for.
 */
export class GivenNumbers {
  readonly #value: unknown;
  #numbers: Set<number> | undefined;

  constructor(value: unknown) {
    this.#value = value;
  }

  has(number: number): boolean {
    this.#numbers ??= collect(this.#value);
    return this.#numbers.has(number);
  }
}

function collect(root: unknown): Set<number> {
  const numbers = new Set<number>();
  const pending = [root];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value === "number" && mayBeRounded(value)) numbers.add(value);
    else if (typeof value === "object" && value !== null)
      for (const member of Object.values(value)) pending.push(member);
  }
  return numbers;
}
