import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { askProvider } from "../../../src/announcement/providers/askProvider.ts";
import type { ProviderReport } from "../../../src/announcement/providers/ProviderReport.ts";
import { providerSchema } from "../../../src/announcement/providers/providerSettings.ts";
import { type LoopbackAnswer, type LoopbackCall, LoopbackServer } from "../../sync/LoopbackServer.ts";
import { providerDeps } from "./providerDeps.ts";

/** Stands in for Cloudflare, which has no local server. The answers have the form of its API documentation. */
let server: LoopbackServer;
beforeAll(async () => {
  server = await LoopbackServer.start();
});
afterAll(() => server?.stop());

const ZONE = "023e105f4ecef8ad9ca31a8372d0c353";
const ACCOUNT = "9a7806061c88ada191ed06f989cc3dac";
const HOSTS = ["example.com", "*.example.com"];

const pack = (more: object): object => ({
  id: "3822ff90-ea29-44df-9e55-21300bb9419b",
  status: "active",
  type: "advanced",
  hosts: HOSTS,
  certificate_authority: "google",
  certificates: [
    {
      id: "7e7b8deba8538af625850b7b2530034c",
      hosts: HOSTS,
      status: "active",
      issuer: "GoogleTrustServices",
      expires_on: "2026-09-01T05:20:00Z",
      zone_id: ZONE,
    },
  ],
  validation_method: "txt",
  validity_days: 90,
  ...more,
});
const domain = (hostname: string, more: object = {}): object => ({
  id: "dbe10b4bc17c295377eabd600e1787fd",
  environment: "production",
  hostname,
  service: "gate",
  zone_id: ZONE,
  zone_name: "example.com",
  ...more,
});
const list = (result: readonly object[], info: object = { page: 1, per_page: 50, total_pages: 1 }): LoopbackAnswer => ({
  status: 200,
  body: JSON.stringify({ errors: [], messages: [], success: true, result, result_info: info }),
});

let isSilent: boolean;
let packs: object[];
let domains: object[];
beforeEach(() => {
  isSilent = false;
  packs = [pack({})];
  domains = [domain("gate.example.com")];
  server.answer = ({ url }) => (url.includes("/workers/domains") ? list(domains) : list(packs));
});

/** Asks with a short time limit if the server does not answer. */
function ask(more: object = {}): Promise<ProviderReport> {
  const timeout = isSilent ? { timeoutMs: 500 } : {};
  const cloudflare = { zone: ZONE, token: { env: "TOKEN" }, api: `${server.url}/client/v4`, ...more };
  return askProvider(providerSchema.parse({ cloudflare }), providerDeps(timeout, server.url));
}

it("askCloudflare asks for packs of every status and for the Worker's domain, with the token in a header", async () => {
  server.calls.length = 0;
  const report = await ask({ account: ACCOUNT, worker: "gate" });
  expect(report).toEqual({
    url: "https://gate.example.com",
    roots: ["google"],
    certificates: [{ issuer: "GoogleTrustServices", notAfter: "2026-09-01T05:20:00Z", state: "active" }],
    notes: ["advanced certificate of google is active"],
  });
  expect(server.calls.map(({ url }) => url)).toEqual([
    `/client/v4/accounts/${ACCOUNT}/workers/domains?service=gate&page=1&per_page=50`,
    `/client/v4/zones/${ZONE}/ssl/certificate_packs?status=all&page=1&per_page=50`,
  ]);
  for (const { headers } of server.calls) expect(headers.authorization).toBe("Bearer SECRET-TOKEN");
});

describe("askCloudflare returns the roots of", () => {
  it.each<[string, () => object[], string[]]>([
    [
      "active, pending and backup packs",
      () => [
        pack({}),
        pack({ status: "pending_validation", certificate_authority: "lets_encrypt", certificates: [] }),
        pack({ status: "backup_issued", certificate_authority: "ssl_com" }),
        pack({ status: "pending_deployment", certificate_authority: "sectigo" }),
      ],
      ["google", "letsencrypt", "sslcom", "sectigo"],
    ],
    ["all of Cloudflare's CAs for a Universal pack", () => [pack({ type: "universal" })], ["cloudflare"]],
    [
      "no deleted or expired pack",
      () => [
        pack({}),
        pack({ status: "deleted", certificate_authority: "digicert" }),
        pack({ status: "expired", certificate_authority: "digicert" }),
      ],
      ["google"],
    ],
    [
      "no pack for other hosts",
      () => [pack({}), pack({ hosts: ["other.com"], certificate_authority: "digicert" })],
      ["google"],
    ],
  ])("%s", async (_, made, roots) => {
    packs = made();
    expect((await ask({ hostname: "gate.example.com" })).roots).toEqual(roots);
  });

  it("an uploaded pack from the settings", async () => {
    packs = [pack({ type: "sni_custom", certificate_authority: null })];
    const root = `sha256:${"a".repeat(64)}`;
    expect((await ask({ roots: [root] })).roots).toEqual([root]);
  });
});

it("askCloudflare reads all pages", async () => {
  const cas = ["google", "lets_encrypt", "ssl_com"];
  server.answer = ({ url }) => {
    const page = Number(new URL(url, server.url).searchParams.get("page"));
    return list([pack({ certificate_authority: cas[page - 1] })], { page, per_page: 50, total_pages: 3 });
  };
  expect((await ask()).roots).toEqual(["google", "letsencrypt", "sslcom"]);
});

it("askCloudflare takes the named one of several domains", async () => {
  domains = [domain("a.example.com"), domain("gate.example.com"), domain("b.example.com", { service: "other" })];
  expect((await ask({ account: ACCOUNT, worker: "gate", hostname: "gate.example.com" })).url).toBe(
    "https://gate.example.com",
  );
  await expect(ask({ account: ACCOUNT, worker: "gate" })).rejects.toThrow(
    /several domains: a\.example\.com, gate\.example\.com/,
  );
});

describe("askCloudflare fails with a code and one line after", () => {
  const answer =
    (given: LoopbackAnswer): (() => object) =>
    () => {
      server.answer = () => given;
      isSilent = given === "silent";
      return {};
    };
  it.each<[string, () => object, string, RegExp]>([
    ["500", answer({ status: 500 }), "unavailable", /answers 500$/],
    ["429", answer({ status: 429, headers: { "retry-after": "60" } }), "rate-limited", /answers 429: .* after 60 s$/],
    [
      "403",
      answer({
        status: 403,
        body: JSON.stringify({ success: false, errors: [{ code: 9109, message: "Unauthorized" }] }),
      }),
      "refused",
      /answers 403: code 9109, the token is invalid, or lacks a permission$/,
    ],
    [
      "success: false",
      answer({ status: 200, body: '{"success":false,"errors":[],"result":[]}' }),
      "bad-answer",
      /success/,
    ],
    ["an HTML page", answer({ status: 200, body: "<html>" }), "bad-answer", /a body that is not JSON/],
    ["JSON of another form", answer({ status: 200, body: '{"success":true,"result":{}}' }), "bad-answer", /result/],
    ["a redirect", answer({ status: 302, headers: { location: "http://127.0.0.1:1" } }), "refused", /answers 302/],
    ["no answer", answer("silent"), "unavailable", /did not answer within 500 ms/],
    ["half an answer", answer("cut"), "unavailable", /cannot be called/],
    [
      "too many pages",
      () => {
        server.answer = () => list([pack({})], { total_pages: 10_000 });
        return {};
      },
      "bad-answer",
      /more than 20 pages/,
    ],
    [
      "an unknown CA",
      () => {
        packs = [pack({ certificate_authority: "digicert" })];
        return {};
      },
      "unknown-authority",
      /no catalogue has the roots of digicert/,
    ],
    [
      "a CA with the name of an object property",
      () => {
        packs = [pack({ certificate_authority: "constructor" })];
        return {};
      },
      "unknown-authority",
      /constructor/,
    ],
    [
      "an uploaded certificate without roots",
      () => {
        packs = [pack({ type: "sni_custom", certificate_authority: null })];
        return {};
      },
      "unknown-authority",
      /cloudflare\.roots/,
    ],
    [
      "no certificate for the host",
      () => ({ hostname: "a.b.example.com" }),
      "not-found",
      /no certificate for a\.b\.example\.com/,
    ],
    ["an unknown Worker", () => ({ account: ACCOUNT, worker: "other" }), "not-found", /other has no domain/],
    ["a Worker without an account", () => ({ worker: "gate" }), "refused", /needs cloudflare\.account/],
    ["a missing token", () => ({ token: { env: "NO_SUCH" } }), "missing-secret", /NO_SUCH is empty/],
    [
      "a missing token file",
      () => ({ token: { file: "/no/such/file" } }),
      "missing-secret",
      /\/no\/such\/file is empty or cannot be read/,
    ],
  ])("%s", async (_, make, code, message) => {
    const rejection = ask(make());
    await expect(rejection).rejects.toMatchObject({ name: "ProviderError", code });
    await expect(rejection).rejects.toThrow(message);
    await expect(rejection).rejects.not.toThrow(/SECRET/);
  });

  it("a 429, without asking again", async () => {
    const calls: LoopbackCall[] = [];
    server.answer = (call) => {
      calls.push(call);
      return { status: 429, headers: { "retry-after": "0" } };
    };
    await expect(ask()).rejects.toMatchObject({ code: "rate-limited" });
    expect(calls.length).toBe(1);
  });
});
