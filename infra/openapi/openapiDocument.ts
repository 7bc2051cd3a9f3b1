import * as z from "zod/mini";
import type { GateErrorCode } from "../../src/gate/GateError.ts";
import { errorSchema } from "../../src/gate/http/errorResponse.ts";
import { httpStatus } from "../../src/gate/http/httpStatus.ts";
import { admissionReviewSchema } from "../../src/protocol/review/admissionReviewSchema.ts";
import { conversionReviewSchema } from "../../src/protocol/review/conversionReviewSchema.ts";

const admissionAnswerSchema = z.object({
  apiVersion: z.enum(["admission.k8s.io/v1", "admission.k8s.io/v1beta1"]),
  kind: z.literal("AdmissionReview"),
  response: z.object({
    uid: z.string(),
    allowed: z.boolean(),
    status: z.optional(
      z.object({ status: z.literal("Failure"), message: z.string(), reason: z.string(), code: z.number() }),
    ),
    patch: z.optional(z.string()),
    patchType: z.optional(z.literal("JSONPatch")),
    warnings: z.optional(z.array(z.string())),
    auditAnnotations: z.optional(z.record(z.string(), z.string())),
  }),
});

const conversionAnswerSchema = z.object({
  apiVersion: z.enum(["apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1"]),
  kind: z.literal("ConversionReview"),
  response: z.object({
    uid: z.string(),
    convertedObjects: z.array(z.record(z.string(), z.unknown())),
    result: z.object({ status: z.enum(["Success", "Failure"]), message: z.optional(z.string()) }),
  }),
});

const healthSchema = z.object({ status: z.literal("ok") });
const readinessSchema = z.object({
  status: z.enum(["ready", "draining", "certificate-ended"]),
  policies: z.number(),
  unknownEntryCalls: z.number(),
  certificate: z.optional(
    z.object({
      slot: z.string(),
      serial: z.string(),
      notAfter: z.string(),
      faults: z.array(z.object({ slot: z.string(), code: z.string() })),
    }),
  ),
});

/** What each error code means, for the document's readers. The compiler demands one line for each code. */
const MEANINGS: Readonly<Record<GateErrorCode, string>> = {
  "bad-request": "The request has no valid host or path.",
  "not-found": "There is nothing at this path.",
  "method-not-allowed": "The path takes other methods; Allow names them.",
  "wrong-content-type": "The body is not application/json, or is compressed.",
  "unknown-cluster": "The gate knows no cluster of that name.",
  "cluster-lookup-failed":
    "The cluster's settings could not be looked up and none are remembered; Retry-After says when to try again.",
  "too-large":
    "The body is over the limit and its beginning shows no uid to answer to. Where it does, the review is denied instead.",
  "body-timeout": "The body did not arrive within the call's timeout.",
  "incomplete-body": "The body broke off.",
  "not-json": "The body is not JSON.",
  "wrong-envelope": "The body is no review; `path` says where it departs from one.",
  "wrong-review-kind": "The path does not serve reviews of this kind or version.",
  overloaded: "Too many calls at one time; Retry-After says when to try again.",
  internal: "The gate failed. Its log has the error.",
};

/** The gate's OpenAPI 3.1 document, made from the schemas that decode the calls. Not part of the edge bundle: the build writes it to openapi.json. */
export function openapiDocument(version: string): object {
  const call = (summary: string, parameters: readonly string[], request: string, answer: string): object => ({
    post: {
      summary,
      parameters: [...parameters.map(pathParameter), timeoutParameter],
      requestBody: { required: true, content: jsonContent(request) },
      responses: {
        200: { description: "The answer, in the version that asked.", content: jsonContent(answer) },
        ...errorResponses(),
      },
    },
  });
  const get = (summary: string, schema: string, more: object = {}): object => ({
    get: { summary, responses: { 200: { description: summary, content: jsonContent(schema) }, ...more } },
  });
  const admission = (verb: string, parameters: readonly string[]): object =>
    call(verb, parameters, "AdmissionReview", "AdmissionReviewAnswer");
  return {
    openapi: "3.1.0",
    info: { title: "Postern admission gate", version },
    paths: {
      "/c/{cluster}/validate": admission("Judges a review by every validator that matches.", ["cluster"]),
      "/c/{cluster}/validate/{entry}": admission("Judges a review by the validators of one entry.", [
        "cluster",
        "entry",
      ]),
      "/c/{cluster}/mutate": admission("Runs every mutator that matches and answers one patch.", ["cluster"]),
      "/c/{cluster}/mutate/{entry}": admission("Runs the mutators of one entry.", ["cluster", "entry"]),
      "/c/{cluster}/convert": call(
        "Converts custom resources between versions.",
        ["cluster"],
        "ConversionReview",
        "ConversionReviewAnswer",
      ),
      "/c/{cluster}/convert/{tag}": call(
        "Answers a self-test of conversions, and nothing else.",
        ["cluster", "tag"],
        "ConversionReview",
        "ConversionReviewAnswer",
      ),
      "/healthz": get("The process answers.", "Health"),
      "/readyz": get("Whether the gate takes calls.", "Readiness", {
        503: {
          description: "The process is about to stop, or serves a certificate that has ended.",
          content: jsonContent("Readiness"),
        },
      }),
      "/openapi.json": get("This document.", "Document"),
      "/.well-known/postern": {
        get: {
          summary: "The signed announcement of the URL and the roots that come next.",
          responses: {
            200: {
              description:
                "A compact JWS of type postern-announcement+jwt; nothing is to be believed of it unverified.",
              content: { "application/jose": { schema: { type: "string" } } },
            },
            404: { description: "Nothing was announced.", content: jsonContent("Error") },
            500: { description: "The announcement cannot be read.", content: jsonContent("Error") },
          },
        },
      },
    },
    components: {
      schemas: {
        AdmissionReview: jsonSchema(admissionReviewSchema),
        AdmissionReviewAnswer: jsonSchema(admissionAnswerSchema),
        ConversionReview: jsonSchema(conversionReviewSchema),
        ConversionReviewAnswer: jsonSchema(conversionAnswerSchema),
        Document: { type: "object" },
        Error: jsonSchema(errorSchema),
        Health: jsonSchema(healthSchema),
        Readiness: jsonSchema(readinessSchema),
      },
    },
  };
}

const timeoutParameter = {
  name: "timeout",
  in: "query",
  required: false,
  description: "Go duration in whole seconds, as the API server appends it.",
  schema: { type: "string", pattern: "^[0-9]{1,4}s$", default: "10s" },
};

function pathParameter(name: string): object {
  return { name, in: "path", required: true, schema: { type: "string" } };
}

function jsonContent(schema: string): object {
  return { "application/json": { schema: { $ref: `#/components/schemas/${schema}` } } };
}

function errorResponses(): Record<string, object> {
  const byStatus = new Map<number, string[]>();
  for (const code of Object.keys(MEANINGS) as GateErrorCode[])
    byStatus.set(httpStatus(code), [...(byStatus.get(httpStatus(code)) ?? []), `${code}: ${MEANINGS[code]}`]);
  const sorted = [...byStatus].sort(([left], [right]) => left - right);
  return Object.fromEntries(
    sorted.map(([status, lines]) => [String(status), { description: lines.join(" "), content: jsonContent("Error") }]),
  );
}

function jsonSchema(schema: z.ZodMiniType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return rest;
}
