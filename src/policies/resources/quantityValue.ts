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

const QUANTITY = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))(?:([eE][+-]?\d+)|([A-Za-z]*))$/;

/**
 * Returns the value of a Kubernetes quantity such as `500m`, `1.5Gi` or `1e3`; undefined for another value. The result is
 * the nearest floating point number, so that equal quantities (`0.1` and `100m`) have equal values.
 */
export function quantityValue(quantity: unknown): number | undefined {
  const [, digits, exponent, suffix = ""] =
    QUANTITY.exec(typeof quantity === "number" || typeof quantity === "string" ? String(quantity) : "") ?? [];
  if (digits === undefined) return undefined;
  const factor = BINARY_SUFFIXES.get(suffix);
  if (factor !== undefined) return Number(digits) * factor;
  const power = exponent ?? DECIMAL_SUFFIXES.get(suffix);
  return power === undefined ? undefined : Number(digits + power);
}
