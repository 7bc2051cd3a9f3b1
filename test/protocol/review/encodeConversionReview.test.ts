import { expect, it } from "vitest";
import { encodeConversionReview } from "../../../src/protocol/review/encodeConversionReview.ts";

it.each(["v1", "v1beta1"] as const)(
  "encodeConversionReview writes an outcome with the uid and the version of a %s request",
  (version) => {
    const request = { version, uid: "the-uid" };
    const envelope = { apiVersion: `apiextensions.k8s.io/${version}`, kind: "ConversionReview" };
    expect(encodeConversionReview(request, { converted: true, objects: [{ a: 1 }, { b: 2 }] })).toEqual({
      ...envelope,
      response: { uid: "the-uid", convertedObjects: [{ a: 1 }, { b: 2 }], result: { status: "Success" } },
    });
    expect(encodeConversionReview(request, { converted: false, message: "why" })).toEqual({
      ...envelope,
      response: { uid: "the-uid", convertedObjects: [], result: { status: "Failure", message: "why" } },
    });
  },
);
