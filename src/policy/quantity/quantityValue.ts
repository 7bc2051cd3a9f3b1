import { BoundedMap } from "../match/BoundedMap.ts";
import { nanosOf } from "./nanosOf.ts";
import { quantityParts } from "./quantityParts.ts";

/** The decimals that a quantity keeps: `n` is the smallest suffix. */
const MAX_DECIMALS = 9;
/** The most that a quantity with a binary suffix can be (2^63 - 1), as a floating point number. */
const MAX_BINARY = 2 ** 63;

/** Quantities repeat. A longer text is read each time. */
const MAX_REMEMBERED_LENGTH = 16;
const remembered = new BoundedMap<string, number>(1024);

/**
 * Returns the value of a Kubernetes quantity such as `500m`, `1.5Gi` or `1e3`; undefined for another value. The result is
 * the nearest floating point number, so that equal quantities (`0.1` and `100m`) have equal values. What is smaller than
 * `1n` is rounded up to it, as `ParseQuantity` (k8s.io/apimachinery) does.
 */
export function quantityValue(quantity: unknown): number | undefined {
  // Integers beyond 2^53 are bigints.
  if (typeof quantity === "number" || typeof quantity === "bigint") return parsedQuantity(String(quantity));
  if (typeof quantity !== "string") return undefined;
  const known = remembered.get(quantity);
  if (known !== undefined) return known;
  const value = parsedQuantity(quantity);
  return value === undefined || quantity.length > MAX_REMEMBERED_LENGTH ? value : remembered.set(quantity, value);
}

function parsedQuantity(text: string): number | undefined {
  const parts = quantityParts(text);
  if (parts === undefined) return undefined;
  const { digits, decimal, binary } = parts;
  const point = digits.indexOf(".");
  if (point >= 0 || decimal < -MAX_DECIMALS) {
    const decimals = (point < 0 ? 0 : digits.length - point - 1) - decimal;
    const nanos = decimals > MAX_DECIMALS ? nanosOf(parts) : undefined;
    if (nanos !== undefined) return Number(`${nanos}e-9`);
  }
  if (binary === 0) return Number(`${digits}e${decimal}`);
  const value = Number(digits) * 2 ** binary;
  return Math.abs(value) > MAX_BINARY ? Math.sign(value) * MAX_BINARY : value;
}
