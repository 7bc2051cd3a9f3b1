import { describe, expect, it } from "vitest";
import { decodeConversionReview } from "../../../src/protocol/review/decodeConversionReview.ts";
import { readReview, reviewNames } from "../../fixtures/readReview.ts";

const request = { uid: "u", desiredAPIVersion: "example.com/v1", objects: [{ kind: "A" }] };
const review = (changes: object = {}, apiVersion = "apiextensions.k8s.io/v1"): object => ({
  apiVersion,
  kind: "ConversionReview",
  request: { ...request, ...changes },
});

it.each(reviewNames.filter((name) => name.startsWith("conversion")))(
  "decodeConversionReview decodes %s in v1 and v1beta1",
  (name) => {
    const raw = JSON.parse(readReview(name));
    for (const version of ["v1", "v1beta1"])
      expect(decodeConversionReview({ ...raw, apiVersion: `apiextensions.k8s.io/${version}` })).toEqual({
        ok: true,
        value: {
          version,
          uid: raw.request.uid,
          desiredApiVersion: raw.request.desiredAPIVersion,
          objects: raw.request.objects,
        },
      });
  },
);

describe("decodeConversionReview accepts", () => {
  it("an empty list of objects and unknown members", () => {
    expect(decodeConversionReview(review({ objects: [], more: 1 }))).toMatchObject({
      ok: true,
      value: { objects: [] },
    });
  });

  it("objects with members named __proto__ and constructor, and returns them by reference", () => {
    const objects = JSON.parse('[{"__proto__":{"a":1}},{"constructor":{"prototype":1}},{"constructor":5}]');
    const decoded = decodeConversionReview(review({ objects }));
    expect(decoded.ok && decoded.value.objects.map((object, index) => object === objects[index])).toEqual([
      true,
      true,
      true,
    ]);
  });
});

describe("decodeConversionReview returns a fault with its path", () => {
  it.each<[what: string, body: unknown, path: string, expected: string, about?: "kind"]>([
    ["a list", [], "(body)", "expected an object"],
    [
      "an AdmissionReview",
      { kind: "AdmissionReview", apiVersion: "admission.k8s.io/v1" },
      "kind",
      'expected "ConversionReview"',
      "kind",
    ],
    [
      "another version",
      review({}, "apiextensions.k8s.io/v2"),
      "apiVersion",
      'expected "apiextensions.k8s.io/v1" or "apiextensions.k8s.io/v1beta1"',
      "kind",
    ],
    ["no request", { ...review(), request: undefined }, "request", "expected an object"],
    ["no uid", review({ uid: null }), "request.uid", "expected a string"],
    ["an empty uid", review({ uid: "" }), "request.uid", "expected at least 1 character"],
    ["no desired version", review({ desiredAPIVersion: undefined }), "request.desiredAPIVersion", "expected a string"],
    [
      "a huge desired version",
      review({ desiredAPIVersion: "v".repeat(1025) }),
      "request.desiredAPIVersion",
      "expected at most 1024 characters",
    ],
    ["no objects", review({ objects: null }), "request.objects", "expected an array"],
    ["objects that are not a list", review({ objects: {} }), "request.objects", "expected an array"],
    ["a null in the objects", review({ objects: [{}, null] }), "request.objects.1", "expected a record"],
    ["a list in the objects", review({ objects: [[]] }), "request.objects.0", "expected a record"],
  ])("for %s", (_what, body, path, expected, about = undefined) => {
    expect(decodeConversionReview(body)).toEqual({ ok: false, fault: { path, expected, about: about ?? "shape" } });
  });
});
