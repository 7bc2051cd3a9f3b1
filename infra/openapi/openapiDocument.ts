import * as z from "zod/mini";
import type { GateErrorCode } from "../../src/gate/GateError.ts";
import { httpStatus } from "../../src/gate/http/errorResponse.ts";
import { errorSchema } from "../../src/gate/http/errorSchema.ts";
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

/** The parameters of a path of a part of an entry. */
const PART = ["cluster", "entry", "part"];

/** The meaning of each error code, for readers of the document: the doc comments of {@link GateErrorCode}. */
export const MEANINGS: Readonly<Record<GateErrorCode, string>> = {
  "bad-request": "The request has no valid host or path.",
  "not-found": "Nothing is served at this path.",
  "method-not-allowed": "The path takes other methods. The Allow header names them.",
  "wrong-content-type": "The body is not application/json, or it is compressed.",
  unauthenticated: "The gate has no cluster of that name, or the call does not prove that it comes from it.",
  "identity-unavailable": "The keys that prove who calls cannot be fetched. Try again after `Retry-After`.",
  "too-many-calls": "The cluster, or the address, makes too many calls. Try again after `Retry-After`.",
  "cluster-lookup-failed": "The lookup of the cluster's settings failed. Try again after Retry-After.",
  "too-large": "The body is over a limit and its first 4 KiB hold no uid. A review with a uid there is denied instead.",
  "body-timeout": "The body arrives too slowly, or not within the timeout of the call.",
  "incomplete-body": "The connection ended before the whole body arrived.",
  "not-json": "The body is not JSON.",
  "wrong-envelope": "The body is not a review. `path` says where it differs from one.",
  "wrong-review-kind": "The path does not take reviews of this kind or version.",
  overloaded: "Too many calls are in progress. Try again after Retry-After.",
  "not-recorded":
    "The decision could not be recorded, and its cluster has the profile `compliance`. Try again after Retry-After.",
  internal: "The gate failed. Its log has the error.",
};

/**
 * The OpenAPI 3.1 document of the gate, built from the schemas that decode its calls. `npm run build` writes it to
 * src/gate/openapi.json; this code is not part of the edge bundle.
 */
export function openapiDocument(version: string): object {
  const call = (summary: string, parameters: readonly string[], request: string, answer: string): object => ({
    post: {
      summary,
      parameters: [...parameters, "timeout"].map((name) => ({ $ref: `#/components/parameters/${name}` })),
      requestBody: { required: true, content: jsonContent(request) },
      responses: {
        200: { description: "The answer.", content: jsonContent(answer) },
        ...errorReferences(),
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
    info: {
      title: "Postern admission gate",
      version,
      description: "Paths of calls may begin with /k/{token}: the capability of the cluster.",
    },
    paths: {
      "/c/{cluster}/validate": admission("Runs all validators that match.", ["cluster"]),
      "/c/{cluster}/validate/{entry}": admission("Runs the validators of one entry that match.", ["cluster", "entry"]),
      "/c/{cluster}/validate/{entry}/{part}": admission("Runs the validators of one entry in some versions.", PART),
      "/c/{cluster}/mutate": admission("Runs all mutators that match and answers one patch.", ["cluster"]),
      "/c/{cluster}/mutate/{entry}": admission("Runs the mutators of one entry that match and answers one patch.", [
        "cluster",
        "entry",
      ]),
      "/c/{cluster}/mutate/{entry}/{part}": admission("Runs the mutators of one entry in some versions.", PART),
      "/c/{cluster}/convert": call(
        "Converts custom resources between versions.",
        ["cluster"],
        "ConversionReview",
        "ConversionReviewAnswer",
      ),
      "/c/{cluster}/convert/{tag}": call(
        "Answers only self-tests of conversions.",
        ["cluster", "tag"],
        "ConversionReview",
        "ConversionReviewAnswer",
      ),
      "/token/{cluster}": {
        post: {
          summary:
            "Issues a capability to the sync of a cluster, which sends a ServiceAccount token as a bearer token.",
          parameters: [{ $ref: "#/components/parameters/cluster" }],
          responses: {
            200: { description: "The capability. Times are seconds since 1970.", content: jsonContent("Capability") },
            ...errorReferences([401, 405, 429, 500, 503]),
          },
        },
      },
      "/healthz": get("The process is running.", "Health"),
      "/readyz": get("Whether the gate is ready for calls.", "Readiness", {
        503: {
          description: "The process stops, or its certificate has expired.",
          content: jsonContent("Readiness"),
        },
      }),
      "/openapi.json": get("This document.", "Document"),
      "/.well-known/postern": {
        get: {
          summary: "The signed announcement of the next URL and roots.",
          responses: {
            200: {
              description: "A compact JWS. Verify it before you use it.",
              content: { "application/jose": { schema: { type: "string" } } },
            },
            404: { description: "No announcement was published.", content: jsonContent("Error") },
            500: { description: "The announcement cannot be read.", content: jsonContent("Error") },
          },
        },
      },
    },
    components: {
      parameters: {
        cluster: pathParameter("cluster"),
        entry: pathParameter("entry"),
        part: pathParameter("part"),
        tag: pathParameter("tag"),
        timeout: timeoutParameter,
      },
      responses: errorResponses(),
      schemas: {
        AdmissionReview: jsonSchema(admissionReviewSchema),
        AdmissionReviewAnswer: jsonSchema(admissionAnswerSchema),
        ConversionReview: jsonSchema(conversionReviewSchema),
        ConversionReviewAnswer: jsonSchema(conversionAnswerSchema),
        Capability: capabilitySchema,
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
  description: "The API server appends it.",
  schema: { type: "string", pattern: "^[0-9]{1,4}s$", default: "10s" },
};

const capabilitySchema = {
  type: "object",
  properties: {
    token: { type: "string", maxLength: 512 },
    issuedAt: { type: "number" },
    expiresAt: { type: "number" },
    renewAt: { type: "number" },
  },
  required: ["token", "issuedAt", "expiresAt", "renewAt"],
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
    sorted.map(([status, lines]) => [
      `Error${status}`,
      { description: lines.join(" "), content: jsonContent("Error") },
    ]),
  );
}

/** The responses of a call for its errors, or for those with some statuses. References, because every call has the same. */
function errorReferences(wanted?: readonly number[]): Record<string, object> {
  return Object.fromEntries(
    Object.keys(errorResponses())
      .map((name): [string, object] => [name.replace("Error", ""), { $ref: `#/components/responses/${name}` }])
      .filter(([status]) => wanted === undefined || wanted.includes(Number(status))),
  );
}

function jsonSchema(schema: z.ZodMiniType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return rest;
}
