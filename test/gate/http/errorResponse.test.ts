import { expect, it } from "vitest";
import { GateError, type GateErrorCode, type GateErrorFacts } from "../../../src/gate/GateError.ts";
import { errorResponse, httpStatus } from "../../../src/gate/http/errorResponse.ts";
import { errorSchema } from "../../../src/gate/http/errorSchema.ts";

/** The table in src/gate/README.md. */
const STATUS: Readonly<Record<GateErrorCode, number>> = {
  "bad-request": 400,
  "incomplete-body": 400,
  "not-json": 400,
  "wrong-envelope": 400,
  "not-found": 404,
  unauthenticated: 401,
  "identity-unavailable": 503,
  "too-many-calls": 429,
  "method-not-allowed": 405,
  "body-timeout": 408,
  "too-large": 413,
  "wrong-content-type": 415,
  "wrong-review-kind": 422,
  internal: 500,
  overloaded: 503,
  "not-recorded": 503,
  "cluster-lookup-failed": 503,
};
const CODES = Object.keys(STATUS) as GateErrorCode[];
const RETRIED: readonly GateErrorCode[] = [
  "overloaded",
  "cluster-lookup-failed",
  "not-recorded",
  "identity-unavailable",
  "too-many-calls",
];

const answer = (code: GateErrorCode, facts: GateErrorFacts = {}, isLast = false): Response =>
  errorResponse(new GateError(code, "a message", facts), isLast);

it.each(CODES.map((code) => [code, STATUS[code]] as const))("httpStatus of %s is %i", (code, status) => {
  expect(httpStatus(code)).toBe(status);
});

it.each(CODES)(
  "errorResponse answers %s with its status, as JSON in the one shape of errors, not to be cached",
  async (code) => {
    const response = answer(code);
    expect(response.status).toBe(STATUS[code]);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("cache-control")).toBe("no-store");
    const body: unknown = await response.json();
    expect(body).toEqual({ error: { code, message: "a message" } });
    expect(errorSchema.safeParse(body).success).toBe(true);
  },
);

it.each(CODES.map((code) => [RETRIED.includes(code) ? "1" : null, code] as const))(
  "errorResponse sends the Retry-After %s with %s",
  (seconds, code) => {
    expect(answer(code).headers.get("retry-after")).toBe(seconds);
  },
);

it.each<[header: string, value: string | null, when: string, facts: GateErrorFacts, isLast: boolean]>([
  ["allow", "POST", "the path takes POST", { allow: "POST" }, false],
  ["allow", null, "the error names no methods", {}, false],
  ["connection", "close", "the connection ends", {}, true],
  ["connection", null, "the connection stays", {}, false],
])("errorResponse sends the header %s with the value %s when %s", (header, value, _, facts, isLast) => {
  expect(answer("method-not-allowed", facts, isLast).headers.get(header)).toBe(value);
});

it("errorResponse sends the path of the fault, and not the cause", async () => {
  const facts = {
    path: "request.uid",
    cause: new Error("secret"),
  };
  expect(await answer("wrong-envelope", facts).json()).toEqual({
    error: { code: "wrong-envelope", message: "a message", path: "request.uid" },
  });
});
