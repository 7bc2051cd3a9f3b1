import { nanosOf } from "./nanosOf.ts";
import { quantityParts } from "./quantityParts.ts";
import { quantityValue } from "./quantityValue.ts";

/** Floating point numbers whose quotient differs from 1 by less are equal. */
const ROUNDING = 1e-12;

/**
 * Compares two Kubernetes quantities, such as `500m` and `0.5`: -1, 0 or 1, exactly. NaN when one of them is no quantity, so
 * that every comparison of the result is false. With `times`, compares the first with a multiple of the second, in floating
 * point: what differs by 10^-12 of it or less is equal.
 */
export function compareQuantities(left: unknown, right: unknown, times = 1): number {
  const one = quantityValue(left);
  const other = quantityValue(right);
  if (one === undefined || other === undefined) return Number.NaN;
  if (times !== 1) {
    const [least, most] = multipleRange(times);
    return one > other * most ? 1 : one < other * least ? -1 : 0;
  }
  // Rounding to a floating point number keeps the order.
  if (one !== other) return one < other ? -1 : 1;
  return left === right ? 0 : compareExactly(String(left), String(right));
}

/** What a quantity is multiplied by for the least and the most that is equal to its multiple. */
export function multipleRange(times: number): readonly [least: number, most: number] {
  return [times * (1 - ROUNDING), times * (1 + ROUNDING)];
}

/** Two quantities with the same floating point number. */
function compareExactly(left: string, right: string): number {
  const [one, other] = [left, right].map((text) => {
    const parts = quantityParts(text);
    return parts === undefined ? undefined : nanosOf(parts);
  });
  if (one === undefined || other === undefined || one === other) return 0;
  return one < other ? -1 : 1;
}
