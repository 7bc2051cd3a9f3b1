import { nanosOf } from "./nanosOf.ts";
import { quantityParts } from "./quantityParts.ts";
import { quantityValue } from "./quantityValue.ts";

/**
 * Compares two Kubernetes quantities, such as `500m` and `0.5`: -1, 0 or 1, exactly. NaN when one of them is no quantity, so
 * that every comparison of the result is false.
 */
export function compareQuantities(left: unknown, right: unknown): number {
  const one = quantityValue(left);
  const other = quantityValue(right);
  if (one === undefined || other === undefined) return Number.NaN;
  // Rounding to a floating point number keeps the order.
  if (one !== other) return one < other ? -1 : 1;
  return left === right ? 0 : compareExactly(String(left), String(right));
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
