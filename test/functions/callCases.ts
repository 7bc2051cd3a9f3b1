import { readReview } from "../fixtures/readReview.ts";
import { JSON_HEADERS, type RuntimeCall } from "./Runtime.ts";

/** A call that is not a plain valid review, and the answer that every runtime must give. */
export interface CallCase {
  readonly name: string;
  readonly call: RuntimeCall;
  readonly status: number;
  /** The code of the error; absent when the answer is not an error. */
  readonly code?: string;
  readonly answer?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

const pod = readReview("validate-v1-create-pods-2");
const conversion = readReview("conversion-1");
const post = (path: string, body: string, headers: Readonly<Record<string, string>> = JSON_HEADERS): RuntimeCall => ({
  path,
  body,
  headers,
});
const edited = (
  text: string,
  edit: (review: { apiVersion: string; request: Record<string, unknown> }) => void,
): string => {
  const review = JSON.parse(text);
  edit(review);
  return JSON.stringify(review);
};
const conversionSelfTest = edited(conversion, ({ request }) => {
  request.desiredAPIVersion = "default.selftest.postern.dev/v1";
  const annotations = { "postern.dev/nonce": "n-1", "postern.dev/bundle-hash": "sha256:abc" };
  request.objects = [
    { apiVersion: "default.selftest.postern.dev/v2", kind: "SelfTest", metadata: { name: "default", annotations } },
  ];
});
/** Larger than the limits of Node (20 MiB), Workers (7 MiB) and Lambda (6 MiB). */
const filler = "x".repeat(21 * 1024 * 1024);
const tooLarge = { message: matching(/larger than the \d+ bytes/), code: 413, reason: "RequestEntityTooLarge" };

/** A matcher for vitest that needs no import of vitest. */
function matching(pattern: RegExp): unknown {
  return {
    asymmetricMatch: (value: unknown) => typeof value === "string" && pattern.test(value),
    toString: () => String(pattern),
  };
}

export const callCases: readonly CallCase[] = [
  { name: "a body that is not JSON", call: post("/c/local/validate", "{"), status: 400, code: "not-json" },
  { name: "an empty body", call: post("/c/local/validate", ""), status: 400, code: "not-json" },
  {
    name: "a body that is not a JSON object",
    call: post("/c/local/validate", "[]"),
    status: 400,
    code: "wrong-envelope",
  },
  {
    name: "an envelope without a uid",
    call: post(
      "/c/local/validate",
      edited(pod, ({ request }) => delete request.uid),
    ),
    status: 400,
    code: "wrong-envelope",
    answer: { error: { path: "request.uid" } },
  },
  {
    name: "a CREATE without an object",
    call: post(
      "/c/local/validate",
      edited(pod, ({ request }) => {
        request.object = null;
      }),
    ),
    status: 400,
    answer: { error: { code: "wrong-envelope", path: "request.object" } },
  },
  {
    name: "another content type",
    call: post("/c/local/validate", pod, { "content-type": "text/plain" }),
    status: 415,
    code: "wrong-content-type",
  },
  {
    name: "a content type with a charset",
    call: post("/c/local/validate", pod, { "content-type": "Application/JSON; charset=utf-8" }),
    status: 200,
    answer: { response: { allowed: false } },
  },
  {
    name: "a compressed body",
    call: post("/c/local/validate", pod, { ...JSON_HEADERS, "content-encoding": "gzip" }),
    status: 415,
    code: "wrong-content-type",
  },
  { name: "an unknown cluster", call: post("/c/nowhere/validate", pod), status: 401, code: "unauthenticated" },
  {
    name: "a cluster with the name __proto__",
    call: post("/c/__proto__/validate", pod),
    status: 401,
    code: "unauthenticated",
  },
  { name: "an unknown path", call: post("/validate", pod), status: 404, code: "not-found" },
  {
    name: "GET on a path for reviews",
    call: { method: "GET", path: "/c/local/validate", headers: {} },
    status: 405,
    code: "method-not-allowed",
    headers: { allow: "POST" },
  },
  {
    name: "PUT on a path for conversions",
    call: { ...post("/c/local/convert", pod), method: "PUT" },
    status: 405,
    code: "method-not-allowed",
    headers: { allow: "POST" },
  },
  {
    name: "POST to /healthz",
    call: post("/healthz", "{}"),
    status: 405,
    code: "method-not-allowed",
    headers: { allow: "GET, HEAD" },
  },
  {
    name: "a ConversionReview on /validate",
    call: post("/c/local/validate", conversion),
    status: 422,
    code: "wrong-review-kind",
  },
  {
    name: "an AdmissionReview on /convert",
    call: post("/c/local/convert", pod),
    status: 422,
    code: "wrong-review-kind",
  },
  {
    name: "a review of an unknown version",
    call: post("/c/local/validate", pod.replace("admission.k8s.io/v1", "admission.k8s.io/v2")),
    status: 422,
    code: "wrong-review-kind",
  },
  {
    name: "a review over the limit with its uid in the first 4 KiB",
    call: post(
      "/c/local/validate",
      `{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1beta1","request":{"uid":"u-7","object":{"a":"${filler}"}}}`,
    ),
    status: 200,
    answer: { apiVersion: "admission.k8s.io/v1beta1", response: { uid: "u-7", allowed: false, status: tooLarge } },
  },
  {
    name: "a conversion over the limit",
    call: post(
      "/c/local/convert",
      `{"kind":"ConversionReview","apiVersion":"apiextensions.k8s.io/v1","request":{"uid":"u-8","x":"${filler}"}}`,
    ),
    status: 200,
    answer: { kind: "ConversionReview", response: { uid: "u-8", convertedObjects: [], result: { status: "Failure" } } },
  },
  {
    name: "a body over the limit without a uid in the first 4 KiB",
    call: post("/c/local/validate", `{"x":"${filler}"}`),
    status: 413,
    code: "too-large",
  },
  {
    name: "an entry, with only its policies",
    call: post("/c/local/validate/exec", pod),
    status: 200,
    answer: { response: { allowed: true } },
  },
  {
    name: "an unknown entry, with all policies",
    call: post("/c/local/validate/gone", pod),
    status: 200,
    answer: { response: { allowed: false } },
  },
  {
    name: "a cluster in mode warn",
    call: post("/c/lenient/validate", pod),
    status: 200,
    answer: { response: { allowed: true, warnings: ["deny-labels: Pod contains forbidden label 'bad-label'"] } },
  },
  {
    name: "a cluster in mode audit",
    call: post("/c/silent/validate", pod),
    status: 200,
    answer: {
      response: {
        allowed: true,
        auditAnnotations: { "deny-labels.would-deny": "Pod contains forbidden label 'bad-label'" },
      },
    },
  },
  {
    name: "a conversion that fails, with the name of the object",
    call: post(
      "/c/local/convert",
      edited(conversion, ({ request }) => {
        request.desiredAPIVersion = "example.com/v7";
      }),
    ),
    status: 200,
    answer: {
      response: { convertedObjects: [], result: { status: "Failure", message: matching(/Gateway default\/a.*v7/) } },
    },
  },
  {
    name: "a v1beta1 conversion",
    call: post(
      "/c/local/convert",
      edited(conversion, (review) => {
        review.apiVersion = "apiextensions.k8s.io/v1beta1";
      }),
    ),
    status: 200,
    answer: { apiVersion: "apiextensions.k8s.io/v1beta1", response: { result: { status: "Success" } } },
  },
  ...["/c/local/convert", "/c/local/convert/self-test-1"].map(
    (path): CallCase => ({
      name: `a conversion self-test at ${path}`,
      call: post(`${path}?timeout=30s`, conversionSelfTest),
      status: 200,
      answer: {
        response: {
          convertedObjects: [],
          result: {
            status: "Failure",
            message: matching(
              new RegExp(`"nonce":"n-1","bundleHash":"sha256:abc","cluster":"local","url":"https://[^"]+${path}"`),
            ),
          },
        },
      },
    }),
  ),
  {
    name: "another conversion at the path of a self-test",
    call: post("/c/local/convert/self-test-1", conversion),
    status: 404,
    code: "not-found",
  },
  { name: "/healthz", call: { method: "GET", path: "/healthz" }, status: 200, answer: { status: "ok" } },
  { name: "/readyz", call: { method: "GET", path: "/readyz" }, status: 200, answer: { status: "ready" } },
  { name: "/openapi.json", call: { method: "GET", path: "/openapi.json" }, status: 200, answer: { openapi: "3.1.0" } },
];
