import { expect, it } from "vitest";
import { defineGate } from "../../src/gate/config/defineGate.ts";
import { createLambda, type HttpEvent } from "../../src/hosts/createLambda.ts";
import { denyLabels } from "../../src/policies/labels/denyLabels.ts";

const handler = createLambda(defineGate({ policies: [denyLabels()], clusters: { local: {} } }), {});

const event = (method: string, path: string, more: object) =>
  ({
    version: "2.0",
    routeKey: "$default",
    rawPath: path,
    rawQueryString: "",
    headers: { "content-type": "application/json", host: "gate.example" },
    requestContext: { domainName: "gate.example", http: { method, path } },
    isBase64Encoded: false,
    ...more,
  }) as unknown as HttpEvent;

it.each([
  ["TRACE", "/c/local/validate", {}, 405, "method-not-allowed"],
  ["TRACE", "/c/local/validate", { body: "{}" }, 405, "method-not-allowed"],
  ["GET", "/c/local/validate", { body: "{}" }, 405, "method-not-allowed"],
  ["POST", "/c/local/validate", { body: "%%%", isBase64Encoded: true }, 400, "not-json"],
  ["POST", "/c/local/validate", {}, 400, "not-json"],
])(
  "createLambda answers %s %s with event %j and status %i in the gate's error shape",
  async (method, path, more, status, code) => {
    const answer = await handler(event(method, path, more));
    expect(answer.statusCode).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code } });
  },
);

it("createLambda answers GET /healthz with a body", async () => {
  expect((await handler(event("GET", "/healthz", { body: "{}" }))).statusCode).toBe(200);
});
