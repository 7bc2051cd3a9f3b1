import { BoundedMap } from "../../policy/match/BoundedMap.ts";

/** The decimal suffixes of `resource.Quantity` (k8s.io/apimachinery) and their exponents. */
const DECIMAL_SUFFIXES: ReadonlyMap<string, string> = new Map([
  ["n", "e-9"],
  ["u", "e-6"],
  ["m", "e-3"],
  ["", ""],
  ["k", "e3"],
  ["M", "e6"],
  ["G", "e9"],
  ["T", "e12"],
  ["P", "e15"],
  ["E", "e18"],
]);

/** The binary suffixes and their factors. A product with a power of two is exact. */
const BINARY_SUFFIXES: ReadonlyMap<string, number> = new Map([
  ["Ki", 2 ** 10],
  ["Mi", 2 ** 20],
  ["Gi", 2 ** 30],
  ["Ti", 2 ** 40],
  ["Pi", 2 ** 50],
  ["Ei", 2 ** 60],
]);

const EXPONENT = /^[eE][+-]?\d+$/;

/** Quantities repeat. A longer text is read each time. */
const MAX_REMEMBERED_LENGTH = 16;
const remembered = new BoundedMap<string, number>(1024);

/**
 * Returns the value of a Kubernetes quantity such as `500m`, `1.5Gi` or `1e3`; undefined for another value. The result is
 * the nearest floating point number, so that equal quantities (`0.1` and `100m`) have equal values.
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
  const end = endOfNumber(text);
  if (end === 0) return undefined;
  const digits = text.slice(0, end);
  const suffix = text.slice(end);
  const factor = BINARY_SUFFIXES.get(suffix);
  if (factor !== undefined) return Number(digits) * factor;
  const power = DECIMAL_SUFFIXES.get(suffix) ?? (EXPONENT.test(suffix) ? suffix : undefined);
  return power === undefined ? undefined : Number(digits + power);
}

/** The length of the signed decimal number that a text begins with, such as `1.5`, `.5` or `5.`; 0 without one. */
function endOfNumber(text: string): number {
  const start = text.startsWith("+") || text.startsWith("-") ? 1 : 0;
  const point = afterDigits(text, start);
  const end = text[point] === "." ? afterDigits(text, point + 1) : point;
  const hasDigit = point > start || end > point + 1;
  return hasDigit ? end : 0;
}

function afterDigits(text: string, start: number): number {
  let at = start;
  for (let code = text.charCodeAt(at); code >= 48 && code <= 57; code = text.charCodeAt(at)) at += 1;
  return at;
}
