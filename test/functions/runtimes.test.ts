import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readReview, reviewNames } from "../fixtures/readReview.ts";
import { ledger, ledgerConversion, ledgerReview, patchText } from "../gate/ledgerCall.ts";
import { callCases } from "./callCases.ts";
import { JSON_HEADERS, type Runtime, type RuntimeAnswer, type StartRuntime } from "./Runtime.ts";
import { type ReviewCase, reviewCases } from "./reviewCases.ts";
import { startLambda } from "./startLambda.ts";
import { startNode } from "./startNode.ts";
import { startWorkerd } from "./startWorkerd.ts";

const matrixGate = fileURLToPath(new URL("../fixtures/gates/matrixGate.ts", import.meta.url));
const runtimes: readonly [name: string, start: StartRuntime][] = [
  ["Node", startNode],
  ["workerd", startWorkerd],
  ["Lambda, text bodies", startLambda("text")],
  ["Lambda, base64 bodies", startLambda("base64")],
];

it("reviewCases has a case for every captured review", () => {
  expect(reviewCases.map(({ review }) => review)).toEqual(reviewNames.filter((name) => !name.startsWith("conversion")));
});

describe.each(runtimes)("a gate on %s", (_name, start) => {
  let runtime: Runtime;
  let repositoryGate: Runtime;
  const started: Runtime[] = [];
  beforeAll(async () => {
    // One after the other, so that a started runtime is stopped when the next one does not start.
    runtime = await start(matrixGate);
    started.push(runtime);
    repositoryGate = await start(undefined);
    started.push(repositoryGate);
  });
  afterAll(() => Promise.all(started.map((it) => it.stop())));

  it.each(reviewCases)(
    "answers the captured AdmissionReview $review with the verdict, warnings and patch of its policies",
    async (expected) => {
      const [path] = expected.review.split("-");
      const body = readReview(expected.review);
      const answer = await runtime.call({ path: `/c/local/${path}?timeout=30s`, headers: JSON_HEADERS, body });
      expect(decoded(answer)).toEqual(wire(expected, JSON.parse(body)));
    },
  );

  it.each(["conversion-1", "conversion-2", "conversion-3", "conversion-4"])(
    "converts the object of the captured ConversionReview %s to example.com/v1beta1",
    async (name) => {
      const body = readReview(name);
      const { request } = JSON.parse(body);
      const { metadata, spec } = request.objects[0];
      const answer = await runtime.call({ path: "/c/local/convert?timeout=30s", headers: JSON_HEADERS, body });
      expect(decoded(answer)).toEqual({
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "ConversionReview",
        response: {
          uid: request.uid,
          convertedObjects: [
            {
              apiVersion: "example.com/v1beta1",
              kind: "Gateway",
              metadata,
              spec: { address: `${spec.host}:${spec.port}` },
            },
          ],
          result: { status: "Success" },
        },
      });
    },
  );

  it("keeps the digits of integers beyond 2^53 in patches and conversions", async () => {
    const nanos = "9223372036854775807";
    const spec = `{"entries":[],"nanos":${nanos},"other":-1764324000123456787}`;
    const call = (path: string, body: string) => runtime.call({ path, headers: JSON_HEADERS, body });
    const mutated = await call("/c/local/mutate", ledgerReview("append", spec));
    expect(patchText(mutated.text)).toBe(
      `[{"op":"add","path":"/spec/entries/0","value":{"name":"appended","nanos":${nanos},"by":1}}]`,
    );
    const converted = await call("/c/local/convert", ledgerConversion("v2", [ledger("", spec)]));
    expect(converted.text).toContain(`"spec":{"entries":[],"other":-1764324000123456787,"created":${nanos}}`);
  });

  it.each(callCases)("answers with status $status to $name", async ({ status, call, code, answer, headers = {} }) => {
    const got = await runtime.call(call);
    expect({ status: got.status, type: got.headers.get("content-type") }).toEqual({ status, type: "application/json" });
    if (code !== undefined)
      expect(JSON.parse(got.text)).toMatchObject({ error: { code, message: expect.any(String) } });
    if (answer !== undefined) expect(JSON.parse(got.text)).toMatchObject(answer);
    for (const [name, value] of Object.entries(headers)) expect(got.headers.get(name)).toBe(value);
    expect(got.text).not.toMatch(/\bat \S+ \(|node_modules/);
  });

  it("denies a Pod with the label bad-label when it is the gate of this repository", async () => {
    const answer = await repositoryGate.call({
      path: "/c/local/validate?timeout=30s",
      headers: JSON_HEADERS,
      body: readReview("validate-v1-create-pods-2"),
    });
    expect(decoded(answer)).toMatchObject({
      response: {
        allowed: false,
        status: { message: "deny-labels: Pod contains forbidden label 'bad-label'", code: 403 },
      },
    });
  });
});

/** The answer with its patch decoded. */
function decoded({ status, text }: RuntimeAnswer): unknown {
  expect(status).toBe(200);
  const answer = JSON.parse(text);
  if (answer.response.patch !== undefined)
    answer.response.patch = JSON.parse(Buffer.from(answer.response.patch, "base64").toString("utf8"));
  return answer;
}

/** The answer of a case as JSON. */
function wire(
  { denied, code = 403, warnings, annotations, patch }: ReviewCase,
  call: { apiVersion: string; request: { uid: string } },
): unknown {
  return {
    apiVersion: call.apiVersion,
    kind: "AdmissionReview",
    response: {
      uid: call.request.uid,
      allowed: denied === undefined,
      ...(denied === undefined
        ? {}
        : { status: { status: "Failure", message: denied, code, reason: code === 422 ? "Invalid" : "Forbidden" } }),
      ...(patch === undefined ? {} : { patch, patchType: "JSONPatch" }),
      ...(warnings === undefined ? {} : { warnings }),
      ...(annotations === undefined ? {} : { auditAnnotations: annotations }),
    },
  };
}
