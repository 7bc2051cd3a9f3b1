// Generated from conversionReviewSchema by infra/checks/checkModule.ts. `npm run build` refreshes it.
import type * as z from "zod/mini";
import { isJsonObject } from "../Json.ts";
import { isObject, isWithin, shapeFault } from "../shapeFault.ts";
import type { conversionReviewSchema } from "./conversionReviewSchema.ts";
import type { DecodeFault, DecodeResult } from "./DecodeResult.ts";

/** Checks a value as {@link conversionReviewSchema} does. Returns the value itself, or the fault of zod's first issue. */
export function checkConversionReview(value: unknown): DecodeResult<z.infer<typeof conversionReviewSchema>> {
  const fault = faultOf(value);
  // The schema's type describes a value without a fault. Tests compare this check with zod.
  return fault === undefined
    ? { ok: true, value: value as z.infer<typeof conversionReviewSchema> }
    : { ok: false, fault };
}

function faultOf(value: unknown): DecodeFault | undefined {
  if (!isObject(value)) return shapeFault("", "expected an object");
  const { apiVersion, kind, request } = value;
  if (apiVersion !== "apiextensions.k8s.io/v1" && apiVersion !== "apiextensions.k8s.io/v1beta1")
    return shapeFault("apiVersion", 'expected "apiextensions.k8s.io/v1" or "apiextensions.k8s.io/v1beta1"');
  if (kind !== "ConversionReview") return shapeFault("kind", 'expected "ConversionReview"');
  const requestFault = faultOfRequest(request);
  if (requestFault !== undefined) return requestFault;
  return undefined;
}

function faultOfRequest(value: unknown): DecodeFault | undefined {
  if (!isObject(value)) return shapeFault("request", "expected an object");
  const { uid, desiredAPIVersion, objects } = value;
  if (typeof uid !== "string") return shapeFault("request.uid", "expected a string");
  if (uid === "") return shapeFault("request.uid", "expected at least 1 character");
  if (!isWithin(uid, 1024)) return shapeFault("request.uid", "expected at most 1024 characters");
  if (typeof desiredAPIVersion !== "string") return shapeFault("request.desiredAPIVersion", "expected a string");
  if (desiredAPIVersion === "") return shapeFault("request.desiredAPIVersion", "expected at least 1 character");
  if (!isWithin(desiredAPIVersion, 1024))
    return shapeFault("request.desiredAPIVersion", "expected at most 1024 characters");
  if (!Array.isArray(objects)) return shapeFault("request.objects", "expected an array");
  for (let index = 0; index < objects.length; index += 1) {
    const element: unknown = objects[index];
    if (!isJsonObject(element)) return shapeFault(`request.objects.${index}`, "expected a record");
  }
  return undefined;
}
