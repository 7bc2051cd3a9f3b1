import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { publishPlace } from "../../../src/announcement/PublishPlace.ts";
import { assertAwsEndpoint } from "../../../src/announcement/providers/AwsSdk.ts";
import { askProvider } from "../../../src/announcement/providers/askProvider.ts";
import { assertListed } from "../../../src/announcement/providers/listedOrigins.ts";
import { providerSchema } from "../../../src/announcement/providers/providerSettings.ts";
import { readSecret } from "../../../src/announcement/providers/readSecret.ts";
import { type LoopbackAnswer, LoopbackServer } from "../../sync/LoopbackServer.ts";
import { providerDeps } from "./providerDeps.ts";

const ZONE = "023e105f4ecef8ad9ca31a8372d0c353";
const SECRET = "v1.0-9f3zQ7aB-token-1rXv8w2pLm";
let server: LoopbackServer;
beforeAll(async () => {
  server = await LoopbackServer.start();
});
afterAll(() => server?.stop());
beforeEach(() => {
  server.calls.length = 0;
  server.answer = () => ({ status: 200, body: "{}" });
});

const own = ["https://api.cloudflare.com"];
it.each<[string, string, boolean]>([
  ["https://api.cloudflare.com/client/v4", "", true],
  ["https://API.cloudflare.com:443/", "", true],
  ["http://api.cloudflare.com/client/v4", "", false],
  ["https://api.cloudflare.com.evil.example", "", false],
  ["https://api.cloudflare.com\\@evil.example", "", true],
  ["https://evil.example\\.api.cloudflare.com", "", false],
  ["https://api.cloudflare.com:8443", "", false],
  ["https://127.0.0.1:1", "", false],
  ["https://proxy.example", "proxy.example", true],
  ["https://proxy.example:8443", "proxy.example", false],
  ["https://proxy.example:8443", "a, proxy.example:8443", true],
  ["http://proxy.example", "proxy.example", false],
  ["http://127.0.0.1:80", "http://127.0.0.1", true],
  ["not a URL", "", false],
  ["file:///x", "file:///x", false],
])("assertListed for %s with %j in the environment", (address, listed, isAllowed) => {
  const check = (): void => assertListed(address, { setting: "x.api", own, env: { POSTERN_PROVIDER_HOSTS: listed } });
  if (isAllowed) expect(check).not.toThrow();
  else expect(check).toThrow(expect.objectContaining({ code: "unlisted-host" }));
});

it("no credentials reach an address that only the config names, and their file is not read", async () => {
  const read: string[] = [];
  const readToken = async (path: string): Promise<string> => {
    read.push(path);
    return SECRET;
  };
  const deps = {
    ...providerDeps({ env: { T: SECRET }, readToken }),
    writeFile: async () => undefined,
    print: () => undefined,
  };
  const api = server.url;
  for (const token of [{ env: "T" }, { file: "/any" }]) {
    const settings = providerSchema.parse({ cloudflare: { zone: ZONE, token, api } });
    await expect(askProvider(settings, deps)).rejects.toMatchObject({ code: "unlisted-host" });
    const place = publishPlace({ cloudflareKv: { account: ZONE, namespace: ZONE, token, api } }, "g", deps);
    await expect(place.read()).rejects.toMatchObject({ code: "unlisted-host" });
    await expect(place.write("x")).rejects.toMatchObject({ code: "unlisted-host" });
  }
  const aws = providerSchema.parse({ aws: { region: "eu-central-1", endpoint: api, certificate: "arn:x" } });
  await expect(askProvider(aws, deps)).rejects.toMatchObject({ code: "unlisted-host" });
  expect([server.calls.length, read]).toEqual([0, []]);
});

it.each(["evil.example/#", "x@evil.example/", "eu central", "EU-central-1", "a.b", "../x"])(
  "the region %s, which would be a part of the host, is a fault",
  (region) => {
    expect(providerSchema.safeParse({ aws: { region, certificate: "arn:x" } }).success).toBe(false);
  },
);

const jwt = (claims: object): string =>
  [{ alg: "RS256" }, claims, { s: 1 }].map((it) => Buffer.from(JSON.stringify(it)).toString("base64url")).join(".");
const SUBJECT = "system:serviceaccount:postern-system:postern-sync";
it.each<[string, object, boolean]>([
  ["for the API server", { sub: SUBJECT, aud: ["https://kubernetes.default.svc"] }, false],
  ["without an audience", { sub: SUBJECT, iss: "kubernetes/serviceaccount" }, false],
  ["of which only the private claims tell", { "kubernetes.io": { namespace: "x" }, aud: "x" }, false],
  ["from before bound tokens", { "kubernetes.io/serviceaccount/namespace": "x" }, false],
  ["for the receiver's host", { sub: SUBJECT, aud: ["api.cloudflare.com"] }, true],
  ["for the receiver's origin", { sub: SUBJECT, aud: "https://api.cloudflare.com" }, true],
  ["of somebody else", { sub: "user", aud: "x" }, true],
])("readSecret with a ServiceAccount token %s", async (_, claims, isReturned) => {
  const token = jwt(claims);
  const read = readSecret({ env: "T" }, "https://api.cloudflare.com/client/v4", {
    ...providerDeps(),
    env: { T: token },
  });
  if (isReturned) expect(await read).toBe(token);
  else await expect(read).rejects.toMatchObject({ code: "missing-secret" });
  if (!isReturned) await expect(read).rejects.not.toThrow(token.slice(-20));
});

const base64 = Buffer.from(`x:${SECRET}`).toString("base64");
const pack = { status: "active", type: "universal", hosts: ["a"], certificates: [] };
const success = (change: object): LoopbackAnswer => ({
  status: 200,
  body: JSON.stringify({ success: true, result: [{ ...pack, ...change }] }),
});
describe("askProvider repeats no part of a token when the provider", () => {
  it.each<[string, LoopbackAnswer]>([
    ["repeats it in a message", { status: 403, body: JSON.stringify({ errors: [{ code: 9109, message: SECRET }] }) }],
    ["repeats it as a code", { status: 403, body: JSON.stringify({ errors: [{ code: SECRET }] }) }],
    [
      "repeats it in detail and type",
      { status: 400, body: JSON.stringify({ detail: SECRET, type: `urn:ietf:params:acme:error:${SECRET}` }) },
    ],
    ["answers with the request as text", { status: 400, body: `GET / HTTP/1.1\nAuthorization: Bearer ${SECRET}` }],
    ["repeats it in Retry-After", { status: 429, headers: { "retry-after": SECRET } }],
    ["repeats it in Location", { status: 302, headers: { location: `https://x/${SECRET}` } }],
    [
      "repeats it in JSON of another form",
      { status: 200, body: JSON.stringify({ success: true, result: { [SECRET]: SECRET } }) },
    ],
    ["names a CA so", success({ type: "advanced", certificate_authority: SECRET })],
    ["names a type so", success({ type: SECRET, certificate_authority: null })],
    ["names a status so", success({ status: SECRET })],
    [
      "names an issuer so, in base64",
      success({ certificates: [{ issuer: base64, expires_on: encodeURIComponent(SECRET) }] }),
    ],
    ["names a status with its end", success({ status: `…${SECRET.slice(-10)}` })],
  ])("%s", async (_, answer) => {
    server.answer = () => answer;
    const settings = providerSchema.parse({ cloudflare: { zone: ZONE, token: { env: "T" }, api: server.url } });
    const deps = providerDeps({ env: { T: SECRET, POSTERN_PROVIDER_HOSTS: server.url } });
    const text = await askProvider(settings, deps).then(
      (report) => JSON.stringify(report),
      (error: unknown) => (error instanceof Error ? `${error.message} ${error.stack} ${String(error.cause)}` : ""),
    );
    expect(server.calls.at(-1)?.headers.authorization).toBe(`Bearer ${SECRET}`);
    expect(text).not.toBe("");
    for (const form of [SECRET, base64])
      for (let at = 4; at + 8 <= form.length; at += 1) expect(text).not.toContain(form.slice(at, at + 8));
  });

  it("repeats it as the URL of the gate: nothing is announced", async () => {
    const host = "v1-9f3zq7ab-token-1rxv8w2plm";
    const domain = { hostname: host, service: "w", zone_id: ZONE };
    server.answer = ({ url }) => (url.includes("domains") ? success(domain) : success({}));
    const cloudflare = { zone: ZONE, account: ZONE, worker: "w", token: { env: "T" }, api: server.url };
    const deps = providerDeps({ env: { T: host, POSTERN_PROVIDER_HOSTS: server.url } });
    const asked = askProvider(providerSchema.parse({ cloudflare }), deps);
    await expect(asked).rejects.toMatchObject({ code: expect.stringMatching(/bad-answer|not-found/) });
    await expect(asked).rejects.not.toThrow(/9f3zq7ab/);
  });
});

describe("an endpoint of AWS", () => {
  it.each([
    "https://acm.eu-central-1.amazonaws.com",
    "https://lambda.us-gov-west-1.amazonaws.com",
    "https://apigateway-fips.us-east-1.amazonaws.com",
    "https://acm.cn-north-1.amazonaws.com.cn",
    "https://lambda.eu-central-1.api.aws",
  ])("gets signed requests: %s", (endpoint) => {
    expect(() => assertAwsEndpoint(endpoint, {})).not.toThrow();
  });

  it.each([
    "https://abc123.execute-api.eu-west-1.amazonaws.com",
    "https://ec2-1-2-3-4.eu-west-1.compute.amazonaws.com",
    "https://evil.s3.amazonaws.com",
    "https://lambda.s3.amazonaws.com.evil.example",
    "https://acm.evil.eu-west-1.amazonaws.com",
    "https://acm.eu-west-1.amazonaws.com:8443",
    "http://acm.eu-west-1.amazonaws.com",
    "https://acm.eu-west-1.amazonaws.com@evil.example",
    "https://evil.example/acm.eu-west-1.amazonaws.com",
  ])("gets none: %s", (endpoint) => {
    expect(() => assertAwsEndpoint(endpoint, {})).toThrow(expect.objectContaining({ code: "unlisted-host" }));
  });
});
