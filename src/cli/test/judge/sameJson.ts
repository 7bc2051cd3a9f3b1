import { isDeepStrictEqual } from "node:util";

/** Whether two values are the same JSON. A bigint equals the number with its value. */
export function sameJson(left: unknown, right: unknown): boolean {
  return isDeepStrictEqual(plain(left), plain(right));
}

/** JSON data without prototypes and absent members. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "bigint") return { integer: String(value) };
  if (typeof value === "number" && Number.isInteger(value)) return { integer: String(BigInt(value)) };
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, plain(member)]),
  );
}
