import type { RequestListener } from "node:http";
import { gzipSync } from "node:zlib";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { FETCH_TIMEOUT_MS, fetchKeySet } from "../../../../src/identity/jwt/keys/fetchKeySet.ts";
import { KeyFetchError } from "../../../../src/identity/jwt/keys/KeyFetchError.ts";
import { issuerServer } from "./issuerServer.ts";

const ISSUER = "https://issuer.example.com/id/1";
const DISCOVERY = "issuer.example.com/id/1/.well-known/openid-configuration";
const AT = { issuer: "the cluster", jwksUrl: "https://keys.example.com/jwks?version=2" };

let jwk: JWK;

beforeAll(async () => {
  const { publicKey } = await generateKeyPair("ES256");
  jwk = { ...(await exportJWK(publicKey)), kid: "one" };
});

afterEach(() => {
  vi.useRealTimers();
});

const json =
  (value: unknown, status = 200): RequestListener =>
  (_, response) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
const text =
  (body: string | Buffer, headers: Record<string, string> = {}): RequestListener =>
  (_, response) =>
    response.writeHead(200, headers).end(body);

describe("the keys of a jwksUrl", () => {
  it("are fetched with one call", async () => {
    await using server = await issuerServer((request, response) => json({ keys: [jwk] })(request, response));
    const keys = await fetchKeySet(AT, server.fetch);
    expect(keys.map(({ kid, material }) => ({ kid, material }))).toEqual([
      { kid: "one", material: { kty: "EC", crv: "P-256", x: jwk.x, y: jwk.y } },
    ]);
    expect(server.calls).toEqual(["keys.example.com/jwks?version=2"]);
  });

  it("are at most 64, without those that cannot verify tokens", async () => {
    const others = [
      null,
      "key",
      {},
      { ...jwk, kid: undefined },
      { ...jwk, use: "enc" },
      { ...jwk, alg: "ECDH-ES" },
      { ...jwk, d: jwk.x },
      { kty: "oct", k: "AAAA", kid: "secret" },
    ];
    const many = Array.from({ length: 100 }, (_, index) => ({ ...jwk, kid: `key-${index}` }));
    await using server = await issuerServer(json({ keys: [...others, ...many] }));
    const keys = await fetchKeySet(AT, server.fetch);
    expect(keys.map(({ kid }) => kid)).toEqual(many.slice(0, 64).map(({ kid }) => kid));
  });

  it.each<[string, () => RequestListener, string]>([
    ["301", () => redirect(301), "answers 301"],
    ["302", () => redirect(302), "answers 302"],
    ["307", () => redirect(307), "answers 307"],
    ["204", () => (_, response) => response.writeHead(204).end(), "answers 204"],
    ["401", () => json({ keys: [jwk] }, 401), "answers 401"],
    ["404", () => json({ keys: [jwk] }, 404), "answers 404"],
    ["500", () => json({ keys: [jwk] }, 500), "answers 500"],
    ["no body", () => text(""), "answers no JSON"],
    ["HTML", () => text("<!doctype html><h1>Sign in</h1>", { "content-type": "text/html" }), "answers no JSON"],
    ["half of the JSON", () => text(JSON.stringify({ keys: [jwk] }).slice(0, -2)), "answers no JSON"],
    ["no UTF-8", () => text(Buffer.from([123, 34, 255, 34, 125])), "cannot be called"],
    ["null", () => json(null), "answers no JSON Web Key Set"],
    ["a list", () => json([jwk]), "answers no JSON Web Key Set"],
    ["a key alone", () => json(jwk), "answers no JSON Web Key Set"],
    ["keys that are no list", () => json({ keys: { one: jwk } }), "answers no JSON Web Key Set"],
    ["100,000 nested lists", () => text("[".repeat(100_000) + "]".repeat(100_000)), "answers no JSON Web Key Set"],
    ["no keys", () => json({ keys: [] }), "has no key that can verify tokens"],
    ["a private key only", () => json({ keys: [{ ...jwk, d: jwk.x }] }), "has no key that can verify tokens"],
    ["256 KiB and a byte", () => text(" ".repeat(262_145)), "answers more than 262144 bytes"],
    [
      "10 MiB in a few KiB of gzip",
      () => text(gzipSync(Buffer.alloc(10 * 2 ** 20, " ")), { "content-encoding": "gzip" }),
      "answers more than 262144 bytes",
    ],
    ["gzip that is none", () => text("{}", { "content-encoding": "gzip" }), "cannot be called"],
    ["a closed connection", () => (_, response) => response.destroy(), "cannot be called"],
    [
      "a connection that closes within the body",
      () => (_, response) => {
        response.writeHead(200, { "content-length": "100" }).write("{", () => response.destroy());
      },
      "cannot be called",
    ],
  ])("are not those of an answer with %s", async (_, answer, fault) => {
    await using server = await issuerServer(answer());
    const error = await fetchKeySet(AT, server.fetch).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(KeyFetchError);
    expect(error).toMatchObject({ code: "keys-not-fetched", host: "keys.example.com", message: fault });
    expect(server.calls).toEqual(["keys.example.com/jwks?version=2"]);
  });

  /** To a place that answers keys. */
  function redirect(status: number): RequestListener {
    return (request, response) => {
      if (request.url === "/keys") json({ keys: [jwk] })(request, response);
      else response.writeHead(status, { location: "/keys" }).end();
    };
  }

  it("are not those of an endless answer, whose connection is closed", async () => {
    const closed = Promise.withResolvers<void>();
    await using server = await issuerServer((_, response) => {
      const write = (): void => {
        while (!response.destroyed && response.write(" ".repeat(65_536)));
      };
      response.on("drain", write).on("close", () => closed.resolve());
      write();
    });
    await expect(fetchKeySet(AT, server.fetch)).rejects.toThrow("answers more than 262144 bytes");
    await closed.promise;
  });

  it.each<[string, RequestListener]>([
    ["answers nothing", () => undefined],
    ["sends a head alone", (_, response) => response.writeHead(200).flushHeaders()],
    ["sends a part of the body", (_, response) => response.writeHead(200).write('{"keys":[')],
  ])("are given up after 3 s when the server %s", async (_, answer) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const called = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    await using server = await issuerServer((request, response) => {
      response.on("close", () => closed.resolve());
      answer(request, response);
      called.resolve();
    });
    const fetched = fetchKeySet(AT, server.fetch).catch((thrown: unknown) => thrown);
    await called.promise;
    vi.advanceTimersByTime(FETCH_TIMEOUT_MS);
    expect(await fetched).toMatchObject({ message: "does not answer within 3000 ms" });
    await closed.promise;
  });

  it("are given up after 3 s when fetch does not heed the signal", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const fetched = fetchKeySet(AT, () => new Promise(() => undefined)).catch((thrown: unknown) => thrown);
    vi.advanceTimersByTime(FETCH_TIMEOUT_MS);
    expect(await fetched).toMatchObject({ message: "does not answer within 3000 ms" });
  });

  it("leave no timer behind", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await fetchKeySet(AT, async () => Response.json({ keys: [jwk] }));
    expect(vi.getTimerCount()).toBe(0);
  });

  it("say why they cannot be called in the cause, and repeat nothing of an answer", async () => {
    const cause = new TypeError("fetch failed");
    const error: unknown = await fetchKeySet(AT, () => Promise.reject(cause)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: "cannot be called", cause });
  });
});

describe("discovery", () => {
  const KEYS = "https://keys.example.com/jwks";
  const at = (issuer: string) => ({ issuer, jwksUrl: undefined });

  const discovery =
    (document: unknown): RequestListener =>
    (request, response) =>
      json(request.url?.includes("well-known") ? document : { keys: [jwk] })(request, response);

  it("finds the keys at another host", async () => {
    await using server = await issuerServer(discovery({ issuer: ISSUER, jwks_uri: KEYS }));
    expect(await fetchKeySet(at(ISSUER), server.fetch)).toHaveLength(1);
    expect(server.calls).toEqual([DISCOVERY, "keys.example.com/jwks"]);
  });

  it("joins an issuer that ends with a slash with one slash", async () => {
    await using server = await issuerServer(discovery({ issuer: `${ISSUER}/`, jwks_uri: KEYS }));
    expect(await fetchKeySet(at(`${ISSUER}/`), server.fetch)).toHaveLength(1);
    expect(server.calls[0]).toBe(DISCOVERY);
  });

  it.each<[string, RequestListener, string]>([
    ["of another issuer", discovery({ issuer: "https://evil.example.com", jwks_uri: KEYS }), "another issuer"],
    ["of the issuer with a slash", discovery({ issuer: `${ISSUER}/`, jwks_uri: KEYS }), "another issuer"],
    ["of the issuer in a list", discovery({ issuer: [ISSUER], jwks_uri: KEYS }), "another issuer"],
    ["without issuer", discovery({ jwks_uri: KEYS }), "another issuer"],
    ["that is null", discovery(null), "another issuer"],
    ["with an http jwks_uri", discovery({ issuer: ISSUER, jwks_uri: "http://keys.example.com" }), "without an https"],
    ["with a file as jwks_uri", discovery({ issuer: ISSUER, jwks_uri: "file:///etc/passwd" }), "without an https"],
    ["with a relative jwks_uri", discovery({ issuer: ISSUER, jwks_uri: "/jwks" }), "without an https"],
    [
      "with a password in jwks_uri",
      discovery({ issuer: ISSUER, jwks_uri: "https://u:p@a.example" }),
      "without an https",
    ],
    ["with a list as jwks_uri", discovery({ issuer: ISSUER, jwks_uri: [KEYS] }), "without an https"],
    ["without jwks_uri", discovery({ issuer: ISSUER }), "without an https"],
    ["that is HTML", text("<html>"), "answers no JSON"],
    ["that is elsewhere", (_, response) => response.writeHead(302, { location: "/x" }).end(), "answers 302"],
  ])("is refused for a document %s", async (_, answer, fault) => {
    await using server = await issuerServer(answer);
    const error = await fetchKeySet(at(ISSUER), server.fetch).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "keys-not-fetched",
      host: "issuer.example.com",
      message: expect.stringContaining(fault),
    });
    expect(server.calls).toEqual([DISCOVERY]);
  });

  it("has 3 s together with the keys", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const second = Promise.withResolvers<void>();
    const fetched = fetchKeySet(at(ISSUER), (url) => {
      if (String(url) !== KEYS) {
        vi.advanceTimersByTime(FETCH_TIMEOUT_MS - 1);
        return Promise.resolve(Response.json({ issuer: ISSUER, jwks_uri: KEYS }));
      }
      second.resolve();
      return new Promise(() => undefined);
    }).catch((thrown: unknown) => thrown);
    await second.promise;
    vi.advanceTimersByTime(1);
    expect(await fetched).toMatchObject({ host: "issuer.example.com", message: "does not answer within 3000 ms" });
  });
});
