import { isDeepStrictEqual } from "node:util";
import type { ExpectedPatch } from "../table/TestTable.ts";

/** Whether two patches have the same operations in the same order. A bigint equals the number with its value. */
export function samePatch(left: ExpectedPatch, right: ExpectedPatch): boolean {
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
