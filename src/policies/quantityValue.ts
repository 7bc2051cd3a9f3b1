/** The suffixes of `resource.Quantity` (k8s.io/apimachinery). */
const SUFFIXES: ReadonlyMap<string, number> = new Map([
  ["n", 1e-9],
  ["u", 1e-6],
  ["m", 1e-3],
  ["", 1],
  ["k", 1e3],
  ["M", 1e6],
  ["G", 1e9],
  ["T", 1e12],
  ["P", 1e15],
  ["E", 1e18],
  ["Ki", 2 ** 10],
  ["Mi", 2 ** 20],
  ["Gi", 2 ** 30],
  ["Ti", 2 ** 40],
  ["Pi", 2 ** 50],
  ["Ei", 2 ** 60],
]);

const QUANTITY = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))([eE][+-]?\d+|[A-Za-z]*)$/;

/**
 * The value of a Kubernetes quantity such as `500m`, `1.5Gi` or `1e3`, rounded to 12 digits so that `0.1` and `100m`
 * are the same; undefined for what is none.
 */
export function quantityValue(quantity: unknown): number | undefined {
  const [, digits, suffix] =
    QUANTITY.exec(typeof quantity === "number" || typeof quantity === "string" ? String(quantity) : "") ?? [];
  if (digits === undefined || suffix === undefined) return undefined;
  const factor = /^[eE][+-]?\d/.test(suffix) ? Number(`1${suffix}`) : SUFFIXES.get(suffix);
  return factor === undefined ? undefined : Number((Number(digits) * factor).toPrecision(12));
}
