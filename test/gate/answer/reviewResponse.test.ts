import { describe, expect, it } from "vitest";
import {
  lastResponse,
  oversizedMessage,
  peekOversized,
  reviewResponse,
} from "../../../src/gate/answer/reviewResponse.ts";
import { GateError } from "../../../src/gate/GateError.ts";
import { defaultLimits } from "../../../src/gate/GateLimits.ts";
import type { PeekedReview } from "../../../src/protocol/review/peekReview.ts";
import { readReview } from "../../fixtures/readReview.ts";

const REVIEW = { kind: "AdmissionReview", response: { uid: "u", allowed: true } };

it.each<[name: string, write: (review: unknown) => Response, connection: string | null]>([
  ["reviewResponse", (review) => reviewResponse(JSON.stringify(review), {}), null],
  [
    "reviewResponse of a runtime with other headers",
    (review) =>
      reviewResponse(JSON.stringify(review), {
        answerInit: { headers: new Headers({ "content-type": "application/json" }) },
      }),
    null,
  ],
  ["lastResponse", lastResponse, "close"],
])("%s answers 200 with the review as JSON and the header Connection %s", async (_, write, connection) => {
  const response = write(REVIEW);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(response.headers.get("connection")).toBe(connection);
  expect(await response.json()).toEqual(REVIEW);
});

it.each<[over: "bodyBytes" | "callBytes", message: string]>([
  ["bodyBytes", "the review is larger than the 1024 bytes that this gate reads"],
  ["callBytes", "the review has too many parts: to parse it takes more than the 2048 bytes of memory of one call"],
])("oversizedMessage of a body over %s names the limit", (over, message) => {
  expect(oversizedMessage(over, { ...defaultLimits, bodyBytes: 1_024, callBytes: 2_048 })).toBe(message);
});

describe("peekOversized", () => {
  const uidOf = (name: string): string => JSON.parse(readReview(name)).request.uid;

  it.each<[kind: PeekedReview["kind"], version: string, name: string]>([
    ["AdmissionReview", "v1", "validate-v1-create-pods-1"],
    ["AdmissionReview", "v1beta1", "validate-v1beta1-create-pods-1"],
    ["ConversionReview", "v1", "conversion-1"],
  ])("returns kind, version and uid of the beginning of an %s in %s", (kind, version, name) => {
    const beginning = readReview(name).slice(0, 300);
    expect(peekOversized(beginning, kind, "too large")).toEqual({ kind, version, uid: uidOf(name) });
  });

  it.each<[what: string, beginning: string, kind: PeekedReview["kind"]]>([
    ["an AdmissionReview at a path of conversions", readReview("validate-v1-create-pods-1"), "ConversionReview"],
    ["a ConversionReview at a path of admissions", readReview("conversion-1"), "AdmissionReview"],
    [
      "an AdmissionReview without a uid",
      '{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"',
      "AdmissionReview",
    ],
    [
      "an AdmissionReview of an unknown version",
      readReview("validate-v1-create-pods-1").replace("k8s.io/v1", "k8s.io/v9"),
      "AdmissionReview",
    ],
    ["another object", '{"kind":"Pod","apiVersion":"v1","request":{"uid":"u"}', "AdmissionReview"],
    ["text that is not JSON", "x".repeat(100), "AdmissionReview"],
    ["an empty beginning", "", "AdmissionReview"],
  ])("throws too-large with the message for %s", (_, beginning, kind) => {
    const act = (): unknown => peekOversized(beginning.slice(0, 4_096), kind, "too large");
    expect(act).toThrow(GateError);
    expect(act).toThrow(expect.objectContaining({ code: "too-large", message: "too large" }));
  });
});
