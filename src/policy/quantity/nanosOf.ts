import type { QuantityParts } from "./quantityParts.ts";

/** Longer than any number that the API server writes. */
const MAX_DIGITS = 64;
/** Beyond it a number is infinite in floating point as well. */
const MAX_EXPONENT = 308;
/** The most that a quantity with a binary suffix can be (`maxAllowed`, k8s.io/apimachinery). */
const MAX_BINARY_NANOS = (2n ** 63n - 1n) * 10n ** 9n;

/**
 * The exact value of a quantity in billionths, rounded away from zero and with the maximum of `ParseQuantity`
 * (k8s.io/apimachinery). Undefined for one of more than 64 digits, or with an exponent beyond 308.
 */
export function nanosOf({ digits, decimal, binary }: QuantityParts): bigint | undefined {
  if (digits.length > MAX_DIGITS || decimal > MAX_EXPONENT) return undefined;
  const isNegative = digits.startsWith("-");
  const [whole = "", fraction = ""] = digits.replace(/^[+-]/, "").split(".");
  const number = BigInt(`0${whole}${fraction}`) * 2n ** BigInt(binary);
  const exponent = decimal - fraction.length + 9;
  const nanos = exponent >= 0 ? number * 10n ** BigInt(exponent) : dividedUp(number, -exponent);
  const capped = binary > 0 && nanos > MAX_BINARY_NANOS ? MAX_BINARY_NANOS : nanos;
  return isNegative ? -capped : capped;
}

/** A number divided by a power of 10, rounded up. */
function dividedUp(number: bigint, exponent: number): bigint {
  // The number has at most 64 digits, times 2^60.
  if (exponent > 2 * MAX_DIGITS) return number === 0n ? 0n : 1n;
  const divisor = 10n ** BigInt(exponent);
  return (number + divisor - 1n) / divisor;
}
