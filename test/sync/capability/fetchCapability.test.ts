import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { callHttp } from "../../../src/http/callHttp.ts";
import { CapabilityError } from "../../../src/sync/capability/CapabilityError.ts";
import { type CapabilityFetch, fetchCapability } from "../../../src/sync/capability/fetchCapability.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import { LoopbackServer } from "../LoopbackServer.ts";
import { madeCapability, madeToken } from "./madeCapability.ts";
import { issued, wrongAnswers } from "./wrongAnswers.ts";

const NOW = Date.now();
const TOKEN = madeCapability({ issuedMs: NOW });

let server: LoopbackServer;
let ca: TestCa;
beforeAll(async () => {
  ca = await TestCa.create("gate");
  server = await LoopbackServer.start(ca);
});
beforeEach(() => {
  server.calls.length = 0;
  server.answer = () => issued(TOKEN);
});
afterAll(() => server.stop());

const projected = (aud: unknown = [`${server.url}/token`]): string => madeToken({ aud, sub: "sync" });

function fetchIt(more: Partial<CapabilityFetch> = {}): Promise<string> {
  return fetchCapability({
    url: server.url,
    cluster: "prod",
    serviceAccountToken: `${projected()}\n`,
    ca: ca.cert,
    timeoutMs: 20_000,
    now: () => NOW,
    call: callHttp,
    ...more,
  });
}

/** The message of the error. It has nothing of either token. */
async function faultOf(fetching: Promise<string>): Promise<string> {
  const error: unknown = await fetching.catch((it: unknown) => it);
  expect(error).toBeInstanceOf(CapabilityError);
  const { message } = error as CapabilityError;
  expect(message).not.toMatch(/eyJ/);
  return message;
}

describe("fetchCapability", () => {
  it("posts the token of the ServiceAccount without a body, and resolves to the capability", async () => {
    expect(await fetchIt()).toBe(TOKEN);
    const [{ method, url, body, headers } = Object(undefined)] = server.calls;
    expect({ method, url, body, authorization: headers.authorization }).toEqual({
      method: "POST",
      url: "/token/prod",
      body: "",
      authorization: `Bearer ${projected()}`,
    });
  });

  it("posts below the base path of the gate", async () => {
    const url = `${server.url}/hooks`;
    expect(await fetchIt({ url, serviceAccountToken: projected(`${url}/token`) })).toBe(TOKEN);
    expect(server.calls.map((call) => call.url)).toEqual(["/hooks/token/prod"]);
  });

  it.each<[what: string, token: () => string]>([
    ["the API server", () => projected("https://kubernetes.default.svc")],
    ["another gate", () => projected("https://other.example.com/token")],
    ["the gate and another", () => projected([`${server.url}/token`, "https://kubernetes.default.svc"])],
    ["the gate without /token", () => projected(server.url)],
    ["nobody", () => projected([])],
  ])("sends no token that is for %s", async (_, token) => {
    expect(await faultOf(fetchIt({ serviceAccountToken: token() }))).toMatch(/is not for the audience \S+ alone/);
    expect(server.calls).toEqual([]);
  });

  it.each([
    ["empty", ""],
    ["a password", "hunter2"],
    ["a JWT of two lines", `${madeToken({})}\n${madeToken({})}`],
    ["longer than any token", madeToken({ x: "x".repeat(16_384) })],
  ])("sends no text that is %s", async (_, serviceAccountToken) => {
    expect(await faultOf(fetchIt({ serviceAccountToken }))).toBe("the token of the ServiceAccount is not a JWT");
    expect(server.calls).toEqual([]);
  });

  it("sends nothing to a server with another chain", async () => {
    const { cert } = await TestCa.create("other");
    expect(await faultOf(fetchIt({ ca: cert }))).toMatch(/cannot be called: /);
    expect(await faultOf(fetchIt({ ca: undefined }))).toMatch(/cannot be called: /);
    expect(server.calls).toEqual([]);
  });

  it("ends when the gate does not answer", async () => {
    server.answer = () => "silent";
    expect(await faultOf(fetchIt({ timeoutMs: 200 }))).toMatch(/did not answer within 200 ms$/);
  });

  it.each(wrongAnswers(NOW))("rejects, in one call, for an answer of %s", async (_, answer, fault) => {
    server.answer = answer;
    expect(await faultOf(fetchIt())).toMatch(fault);
    expect(server.calls).toHaveLength(1);
  });
});
