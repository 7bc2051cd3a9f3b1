import { isJsonObject } from "../Json.ts";
import type { DecodeResult } from "./DecodeResult.ts";
import type { ReviewVersion } from "./Review.ts";

/**
 * Reads the version of a review from its apiVersion. Another kind or apiVersion is a fault about `kind`. A missing one
 * is a fault about `shape`.
 */
export function reviewVersion(body: unknown, kind: string, group: string): DecodeResult<ReviewVersion> {
  if (!isJsonObject(body))
    return { ok: false, fault: { path: "(body)", expected: "expected an object", about: "shape" } };
  for (const key of ["kind", "apiVersion"] as const) {
    if (typeof body[key] !== "string" || body[key] === "")
      return { ok: false, fault: { path: key, expected: "expected a string", about: "shape" } };
  }
  if (body.kind !== kind)
    return { ok: false, fault: { path: "kind", expected: `expected ${JSON.stringify(kind)}`, about: "kind" } };
  if (body.apiVersion === `${group}/v1`) return { ok: true, value: "v1" };
  if (body.apiVersion === `${group}/v1beta1`) return { ok: true, value: "v1beta1" };
  return {
    ok: false,
    fault: { path: "apiVersion", expected: `expected "${group}/v1" or "${group}/v1beta1"`, about: "kind" },
  };
}
