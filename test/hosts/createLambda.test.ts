import { describe, expect, it, vi } from "vitest";
import type { Cluster } from "../../src/gate/config/Cluster.ts";
import { defineGate } from "../../src/gate/config/defineGate.ts";
import { createLambda } from "../../src/hosts/createLambda.ts";
import { jwt } from "../../src/identity/jwt/jwt.ts";
import { denyLabels } from "../../src/policies/labels/denyLabels.ts";
import { readReview } from "../fixtures/readReview.ts";
import { TestIssuer } from "../identity/jwt/TestIssuer.ts";

const gate = defineGate({
  policies: [denyLabels()],
  clusters: { local: { identity: "none", records: { profile: "off" } }, other: { identity: "none", mode: "audit" } },
});
const handler = createLambda(gate, {});
const review = readReview("validate-v1-create-pods-2");
const encoded = Buffer.from(review).toString("base64");
/** The ConfigMap of a self-test. The denial states the URL that was called. */
const selfTest = JSON.stringify({
  apiVersion: "admission.k8s.io/v1",
  kind: "AdmissionReview",
  request: {
    ...JSON.parse(review).request,
    kind: { group: "", version: "v1", kind: "ConfigMap" },
    resource: { group: "", version: "v1", resource: "configmaps" },
    namespace: "postern-selftest",
    object: { metadata: { name: "n", annotations: { "postern.dev/nonce": "n-1" } } },
  },
});

const API = "abc.execute-api.eu-central-1.amazonaws.com";
const JSON_HEADER = { "content-type": "application/json" };

interface Given {
  readonly method?: string;
  readonly path?: string;
  readonly stage?: string;
  readonly domain?: string;
  /** Of payload 1.0: the path of the URL. */
  readonly ofUrl?: string;
  readonly more?: object;
}

/** An event of payload 2.0, as Function URLs and HTTP APIs send it. */
const v2 = ({ method = "POST", path = "/c/local/validate", stage = "$default", domain = API, more }: Given = {}) => ({
  version: "2.0",
  routeKey: "$default",
  rawPath: path,
  rawQueryString: "timeout=5s",
  headers: { ...JSON_HEADER, host: domain },
  requestContext: { apiId: "abc", domainName: domain, stage, http: { method, path, protocol: "HTTP/1.1" } },
  body: review,
  isBase64Encoded: false,
  ...more,
});

/** An event of payload 1.0, as REST APIs send it. */
const v1 = ({
  method = "POST",
  path = "/c/local/validate",
  stage = "prod",
  domain = API,
  ofUrl,
  more,
}: Given = {}) => ({
  resource: "/{proxy+}",
  path,
  httpMethod: method,
  headers: { "Content-Type": "application/json", Host: domain },
  multiValueHeaders: { "Content-Type": ["application/json"], Host: [domain] },
  queryStringParameters: { timeout: "5s" },
  multiValueQueryStringParameters: { timeout: ["5s"] },
  pathParameters: null,
  requestContext: { httpMethod: method, stage, domainName: domain, path: ofUrl ?? `/${stage}${path}` },
  body: review,
  isBase64Encoded: false,
  ...more,
});

/** An event of an Application Load Balancer. */
const alb = ({ method = "POST", path = "/c/local/validate", more }: Given = {}) => ({
  requestContext: { elb: { targetGroupArn: "arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/gate/1" } },
  httpMethod: method,
  path,
  queryStringParameters: { timeout: "5s" },
  headers: { ...JSON_HEADER, host: "gate.example.com" },
  body: review,
  isBase64Encoded: false,
  ...more,
});
const manyValues = {
  headers: undefined,
  queryStringParameters: undefined,
  multiValueHeaders: { "content-type": ["application/json"], host: ["gate.example.com"] },
  multiValueQueryStringParameters: { timeout: ["5s"] },
};

/** An event of VPC Lattice, version 2.0. */
const lattice = ({ method = "POST", path = "/c/local/validate?timeout=5s" }: Given = {}) => ({
  version: "2.0",
  method,
  path,
  headers: { "content-type": ["application/json"], host: ["gate.vpc-lattice-svcs.eu-central-1.on.aws"] },
  requestContext: { serviceArn: "arn:aws:vpc-lattice:eu-central-1:1:service/svc-1" },
  body: review,
  isBase64Encoded: false,
});

/** The lines that a handler logs. */
async function logged(act: () => Promise<void>): Promise<string[]> {
  const lines: string[] = [];
  const spy = vi.spyOn(process.stdout, "write").mockImplementation((line) => {
    lines.push(String(line));
    return true;
  });
  try {
    await act();
  } finally {
    spy.mockRestore();
  }
  return lines;
}

describe("createLambda answers with the verdict to", () => {
  it.each<[name: string, event: object]>([
    ["payload 2.0", v2()],
    ["payload 1.0", v1()],
    ["payload 1.0 with rawPath, as with a base path mapping", v1({ more: { rawPath: "/hooks/c/local/validate" } })],
    ["payload 1.0 without lists", v1({ more: { multiValueHeaders: null, multiValueQueryStringParameters: null } })],
    ["payload 1.0 with only lists", v1({ more: { headers: null, queryStringParameters: null } })],
    ["a load balancer", alb()],
    ["a load balancer with lists", alb({ more: manyValues })],
    ["VPC Lattice", lattice()],
    ["a base64 body", v2({ more: { body: encoded, isBase64Encoded: true } })],
    [
      "a base64 body with the line ends of MIME",
      v1({ more: { body: encoded.replace(/.{76}/g, "$&\r\n"), isBase64Encoded: true } }),
    ],
    [
      "a base64url body without padding",
      alb({ more: { body: Buffer.from(review).toString("base64url"), isBase64Encoded: true } }),
    ],
    ["a body in a load balancer's base64", alb({ more: { body: encoded, isBase64Encoded: true } })],
    ["a named stage in rawPath", v2({ path: "/prod/c/local/validate", stage: "prod" })],
    [
      "a named stage at a custom domain",
      v2({ path: "/prod/c/local/validate", stage: "prod", domain: "gate.example.com" }),
    ],
    ["a named stage that is not in rawPath", v2({ stage: "prod", domain: "gate.example.com" })],
    [
      "a stage in the path of payload 1.0",
      v1({ path: "/prod/c/local/validate", ofUrl: "/prod/c/local/validate", domain: "gate.example.com" }),
    ],
    ["a slash at the end", v2({ path: "/c/local/validate/" })],
    ["a header that is not Latin-1", v2({ more: { headers: { ...JSON_HEADER, "x-note": "ш" } } })],
    ["a method in small letters", alb({ method: "post" })],
  ])("an event with %s", async (_name, event) => {
    const { statusCode, body, isBase64Encoded } = await handler(event, {});
    expect([statusCode, isBase64Encoded]).toEqual([200, false]);
    expect(JSON.parse(body)).toMatchObject({ response: { allowed: false, status: { code: 403 } } });
  });
});

it.each<[name: string, event: object, answer: object]>([
  ["payload 2.0", v2(), { headers: { "content-type": "application/json" } }],
  ["payload 1.0", v1(), { multiValueHeaders: { "content-type": ["application/json"] } }],
  ["a load balancer", alb(), { statusDescription: "200 OK", headers: { "content-type": "application/json" } }],
  [
    "a load balancer with lists",
    alb({ more: manyValues }),
    { statusDescription: "200 OK", multiValueHeaders: { "content-type": ["application/json"] } },
  ],
  [
    "a load balancer and a wrong path",
    alb({ path: "/" }),
    { statusCode: 404, statusDescription: "404 Not Found", headers: { "content-type": "application/json" } },
  ],
])("createLambda writes the answer to an event of %s in the form of that service", async (_name, event, answer) => {
  const { body, ...rest } = await handler(event);
  expect(rest).toMatchObject(answer);
  expect("statusDescription" in rest).toBe("statusDescription" in answer);
  expect("headers" in rest).toBe("headers" in answer);
  expect(JSON.parse(body)).toBeTypeOf("object");
});

describe("createLambda, errors in the gate's shape:", () => {
  const noBody = { body: undefined };
  it.each<[name: string, event: object, status: number, code: string]>([
    ["TRACE without a body", v2({ method: "TRACE", more: noBody }), 405, "method-not-allowed"],
    ["TRACE with a body", v2({ method: "TRACE" }), 405, "method-not-allowed"],
    ["CONNECT", v2({ method: "CONNECT" }), 405, "method-not-allowed"],
    ["GET with a body", v2({ method: "GET" }), 405, "method-not-allowed"],
    ["HEAD", v1({ method: "HEAD" }), 405, "method-not-allowed"],
    ["TRACE in small letters", alb({ method: "trace" }), 405, "method-not-allowed"],
    ["a body that is not base64", v2({ more: { body: "%%%", isBase64Encoded: true } }), 400, "not-json"],
    ["no body", v2({ more: noBody }), 400, "not-json"],
    ["a body that is null", v1({ more: { body: null } }), 400, "not-json"],
    ["an empty body", alb({ more: { body: "" } }), 400, "not-json"],
    ["a body that is a number", v2({ more: { body: 7 } }), 400, "not-json"],
    ["no headers", v2({ more: { headers: {} } }), 415, "wrong-content-type"],
    ["headers that are null", v2({ more: { headers: null } }), 415, "wrong-content-type"],
    ["a double slash", v2({ path: "//c/local/validate" }), 404, "not-found"],
    [
      "a base path that is not set",
      v2({ path: "/hooks/c/local/validate", domain: "gate.example.com" }),
      404,
      "not-found",
    ],
    ["dot segments", v2({ path: "/x/../c/local/validate" }), 404, "not-found"],
    ["a fragment in the path", v2({ path: "/c/other/validate#/c/local/validate" }), 404, "not-found"],
    ["a query in the path", v2({ path: "/c/other/validate?/c/local/validate" }), 404, "not-found"],
    ["a query in the path of payload 1.0", v1({ path: "/c/other/validate?x" }), 404, "not-found"],
    ["an escaped slash", alb({ path: "/c/other%2fvalidate" }), 404, "not-found"],
    ["a path without a slash", v2({ path: "c/local/validate" }), 404, "not-found"],
    ["a stage twice", v2({ path: "/prod/prod/c/local/validate", stage: "prod" }), 404, "not-found"],
    ["a stage with the name c", v2({ path: "/c/c/local/validate", stage: "c" }), 404, "not-found"],
  ])("to %s", async (_name, event, status, code) => {
    const { statusCode, body } = await handler(event);
    expect([statusCode, JSON.parse(body)]).toMatchObject([status, { error: { code, message: expect.any(String) } }]);
  });

  it.each<[name: string, event: unknown]>([
    ["a schedule", { version: "0", id: "x", "detail-type": "Scheduled Event", source: "aws.events", detail: {} }],
    ["a queue", { Records: [{ messageId: "1", body: "{}", eventSource: "aws:sqs" }] }],
    ["a bucket", { Records: [{ eventSource: "aws:s3", s3: { bucket: { name: "b" } } }] }],
    ["a warmer", { source: "serverless-plugin-warmup" }],
    ["a test in the console", { key1: "value1" }],
    ["an empty invocation", {}],
    ["an invocation with null", null],
    ["an invocation with nothing", undefined],
    ["a text", "ping"],
    ["a number", 7],
    ["a list", [v2()]],
    ["payload 2.0 without a path", v2({ more: { rawPath: undefined } })],
    ["a path that is no text", alb({ more: { path: 7 } })],
    ["a load balancer without a host", alb({ more: { headers: JSON_HEADER } })],
    ["a host with a user", alb({ more: { headers: { host: "me:secret@gate" } } })],
    ["a method that is none", v2({ method: "P OST" })],
    ["a header name that is none", v2({ more: { headers: { "a b": "c" } } })],
    ["no context", v2({ more: { requestContext: null } })],
  ])("to an event of %s, which is no HTTP request, and says so once", async (_name, event) => {
    const one = createLambda(gate, {});
    const lines = await logged(async () => {
      for (let time = 0; time < 3; time += 1) {
        const { statusCode, body } = await one(event);
        expect([statusCode, JSON.parse(body)]).toMatchObject([400, { error: { code: "bad-request" } }]);
      }
    });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: "warn", message: expect.stringContaining("not an HTTP request") },
    ]);
    expect(lines.join()).not.toContain("secret");
  });
});

const FUNCTION_URL = "x.lambda-url.eu-central-1.on.aws";

it.each<[what: string, publicHost: string | undefined, base: string | undefined, event: object, url: string]>([
  ["a Function URL", undefined, undefined, v2({ domain: FUNCTION_URL }), `https://${FUNCTION_URL}/c/local/validate`],
  [
    "CloudFront",
    "gate.example.com",
    undefined,
    v2({ domain: FUNCTION_URL }),
    "https://gate.example.com/c/local/validate",
  ],
  [
    "CloudFront at a port and below a path",
    "Gate.example.com:8443",
    "/hooks",
    v2({ domain: FUNCTION_URL }),
    "https://gate.example.com:8443/hooks/c/local/validate",
  ],
  [
    "CloudFront before a stage of an API",
    "gate.example.com",
    undefined,
    v2({ path: "/prod/c/local/validate", stage: "prod" }),
    "https://gate.example.com/c/local/validate",
  ],
  [
    "a proxy before a load balancer",
    "other.example.com",
    undefined,
    alb(),
    "https://other.example.com/c/local/validate",
  ],
])("createLambda behind %s takes tokens for the public URL, and states it", async (_, host, base, event, url) => {
  const issuer = await TestIssuer.create("https://issuer.example.com");
  const identity = [
    { tier: "jwt", issuer: "https://issuer.example.com", keys: { keys: [issuer.jwk] }, subjects: ["s"] },
  ];
  const one = createLambda(
    defineGate({ policies: [denyLabels()], tiers: [jwt()], clusters: { local: { identity } as unknown as Cluster } }),
    { POSTERN_PUBLIC_HOST: host, POSTERN_BASE_PATH: base },
  );
  const exp = Math.floor(Date.now() / 1_000) + 600;
  const answer = async (aud: string): Promise<{ readonly statusCode: number; readonly body: string }> => {
    const authorization = `Bearer ${await issuer.sign({ sub: "s", aud, exp })}`;
    const host = "headers" in event ? { host: Object(event.headers).host } : {};
    return one({ ...event, body: selfTest, headers: { ...JSON_HEADER, ...host, authorization } });
  };
  const { statusCode, body } = await answer(url);
  expect(statusCode).toBe(200);
  const { message } = JSON.parse(body).response.status;
  expect(JSON.parse(message.slice(message.indexOf("{")))).toMatchObject({ url });
  expect((await answer("https://another.example.com/c/local/validate")).statusCode).toBe(401);
});

it.each(["https://gate.example.com", "gate.example.com,other.example.com", "gate.example.com:443"])(
  "createLambda refuses the public host %j",
  (POSTERN_PUBLIC_HOST) => {
    expect(() => createLambda(gate, { POSTERN_PUBLIC_HOST })).toThrow("gate: POSTERN_PUBLIC_HOST");
  },
);

describe("createLambda states in self-tests the URL that was called:", () => {
  it.each<[name: string, base: string | undefined, event: object, url: string]>([
    [
      "a Function URL",
      undefined,
      v2({ domain: "x.lambda-url.eu-central-1.on.aws" }),
      "https://x.lambda-url.eu-central-1.on.aws/c/local/validate",
    ],
    [
      "a stage at the API's own domain",
      undefined,
      v2({ path: "/prod/c/local/validate", stage: "prod" }),
      `https://${API}/prod/c/local/validate`,
    ],
    [
      "a stage that the setting names as well",
      "/prod",
      v2({ path: "/prod/c/local/validate", stage: "prod" }),
      `https://${API}/prod/c/local/validate`,
    ],
    [
      "a stage behind a custom domain",
      undefined,
      v2({ path: "/prod/c/local/validate", stage: "prod", domain: "gate.example.com" }),
      "https://gate.example.com/c/local/validate",
    ],
    ["a stage of a REST API", undefined, v1(), `https://${API}/prod/c/local/validate`],
    [
      "a REST API at a custom domain",
      undefined,
      v1({ domain: "gate.example.com", ofUrl: "/c/local/validate" }),
      "https://gate.example.com/c/local/validate",
    ],
    [
      "a mapping key that is in the path",
      "/hooks",
      v2({ path: "/hooks/c/local/validate", domain: "gate.example.com" }),
      "https://gate.example.com/hooks/c/local/validate",
    ],
    [
      "a mapping key that is not in the path",
      "/hooks",
      v2({ domain: "gate.example.com" }),
      "https://gate.example.com/hooks/c/local/validate",
    ],
    [
      "a mapping key and a stage",
      "/hooks",
      v2({ path: "/prod/c/local/validate", stage: "prod", domain: "gate.example.com" }),
      "https://gate.example.com/hooks/c/local/validate",
    ],
    [
      "a mapping key that begins with the stage",
      "/prod/eu",
      v2({ path: "/prod/eu/c/local/validate", stage: "prod", domain: "gate.example.com" }),
      "https://gate.example.com/prod/eu/c/local/validate",
    ],
    [
      "a mapping key of a REST API",
      "/hooks",
      v1({ path: "/hooks/c/local/validate", ofUrl: "/hooks/c/local/validate", domain: "gate.example.com" }),
      "https://gate.example.com/hooks/c/local/validate",
    ],
    [
      "a mapping key and a stage of a REST API",
      "/hooks/prod",
      v1({ path: "/hooks/prod/c/local/validate", ofUrl: "/hooks/prod/c/local/validate", domain: "gate.example.com" }),
      "https://gate.example.com/hooks/prod/c/local/validate",
    ],
    ["a load balancer", undefined, alb(), "https://gate.example.com/c/local/validate"],
    [
      "a path of a load balancer",
      "/hooks",
      alb({ path: "/hooks/c/local/validate" }),
      "https://gate.example.com/hooks/c/local/validate",
    ],
  ])("%s", async (_name, POSTERN_BASE_PATH, event, url) => {
    const one = createLambda(gate, { POSTERN_BASE_PATH });
    const { body } = await one({ ...event, body: selfTest });
    const { message } = JSON.parse(body).response.status;
    expect(JSON.parse(message.slice(message.indexOf("{")))).toMatchObject({ nonce: "n-1", cluster: "local", url });
  });
});

it("createLambda serves the other paths below a stage and below the base path", async () => {
  const one = createLambda(gate, { POSTERN_BASE_PATH: "/hooks", POSTERN_ANNOUNCEMENT: "e30.e30.c2ln" });
  for (const path of ["/healthz", "/readyz", "/.well-known/postern"]) {
    const given = { method: "GET", more: { body: undefined } };
    for (const event of [
      v2({ ...given, path: `/hooks${path}`, domain: "gate.example.com" }),
      v2({ ...given, path: `/prod${path}`, stage: "prod" }),
      v1({ ...given, path }),
      alb({ ...given, path: `/hooks${path}` }),
    ])
      expect(await one(event)).toMatchObject({ statusCode: 200, isBase64Encoded: false });
  }
  expect((await one(v2({ method: "GET", path: "/other/healthz", more: { body: undefined } }))).statusCode).toBe(404);
});

it.each(["hooks", "/hooks/", "/c", "/a/k/b", "/a b", "/a%2fb", "/../a", "//"])(
  "createLambda refuses the base path %j",
  (POSTERN_BASE_PATH) => {
    expect(() => createLambda(gate, { POSTERN_BASE_PATH })).toThrow("gate: basePath: expected such as /hooks");
  },
);
