/** The decimal suffixes of `resource.Quantity` (k8s.io/apimachinery) and their exponents. */
const DECIMAL_SUFFIXES: ReadonlyMap<string, number> = new Map([
  ["n", -9],
  ["u", -6],
  ["m", -3],
  ["", 0],
  ["k", 3],
  ["M", 6],
  ["G", 9],
  ["T", 12],
  ["P", 15],
  ["E", 18],
]);

/** The binary suffixes and their exponents. A product with a power of two is exact. */
const BINARY_SUFFIXES: ReadonlyMap<string, number> = new Map([
  ["Ki", 10],
  ["Mi", 20],
  ["Gi", 30],
  ["Ti", 40],
  ["Pi", 50],
  ["Ei", 60],
]);

const EXPONENT = /^[eE][+-]?\d+$/;
/** Beyond it a number is zero or infinite. */
const MAX_EXPONENT = 9_999;

/** A quantity as it is written: a decimal number, and a power of 10 and one of 2 that it is multiplied by. */
export interface QuantityParts {
  readonly digits: string;
  readonly decimal: number;
  readonly binary: number;
}

/** The parts of a quantity; undefined for another text. */
export function quantityParts(text: string): QuantityParts | undefined {
  const end = endOfNumber(text);
  if (end === 0) return undefined;
  const digits = text.slice(0, end);
  const suffix = text.slice(end);
  const binary = BINARY_SUFFIXES.get(suffix);
  if (binary !== undefined) return { digits, decimal: 0, binary };
  const decimal =
    DECIMAL_SUFFIXES.get(suffix) ?? (EXPONENT.test(suffix) ? clamped(Number(suffix.slice(1))) : undefined);
  return decimal === undefined ? undefined : { digits, decimal, binary: 0 };
}

function clamped(exponent: number): number {
  return Math.max(-MAX_EXPONENT, Math.min(MAX_EXPONENT, exponent));
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
