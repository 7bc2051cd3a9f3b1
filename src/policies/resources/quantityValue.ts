/** The decimal suffixes of `resource.Quantity` (k8s.io/apimachinery), as the exponents that they stand for. */
const DECIMAL: ReadonlyMap<string, string> = new Map([
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

/** The binary ones. A product with a power of two is exact. */
const BINARY: ReadonlyMap<string, number> = new Map([
  ["Ki", 2 ** 10],
  ["Mi", 2 ** 20],
  ["Gi", 2 ** 30],
  ["Ti", 2 ** 40],
  ["Pi", 2 ** 50],
  ["Ei", 2 ** 60],
]);

const QUANTITY = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))(?:([eE][+-]?\d+)|([A-Za-z]*))$/;

/**
 * The value of a Kubernetes quantity such as `500m`, `1.5Gi` or `1e3`; undefined for what is none. The nearest number
 * that there is, so that two ways to write one quantity (`0.1` and `100m`) have one value.
 */
export function quantityValue(quantity: unknown): number | undefined {
  const [, digits, exponent, suffix = ""] =
    QUANTITY.exec(typeof quantity === "number" || typeof quantity === "string" ? String(quantity) : "") ?? [];
  if (digits === undefined) return undefined;
  const factor = BINARY.get(suffix);
  if (factor !== undefined) return Number(digits) * factor;
  const power = exponent ?? DECIMAL.get(suffix);
  return power === undefined ? undefined : Number(digits + power);
}
