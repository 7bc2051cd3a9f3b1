import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callHttp } from "../../src/http/callHttp.ts";
import { HttpCallError } from "../../src/http/HttpCallError.ts";
import { TestCa } from "../cluster/TestCa.ts";
import { patience } from "../run/speedFactor.ts";
import { LoopbackServer } from "../sync/LoopbackServer.ts";
import { HostileServer } from "./HostileServer.ts";
import { HOSTILE_ANSWERS } from "./hostileAnswers.ts";

const LIMITS = { timeoutMs: patience(10_000), maxBytes: 100 };
let ca: TestCa;
let secure: LoopbackServer;
let plain: LoopbackServer;
beforeAll(async () => {
  ca = await TestCa.create("loopback CA");
  [secure, plain] = await Promise.all([LoopbackServer.start(ca), LoopbackServer.start()]);
});
afterAll(() => Promise.all([secure?.stop(), plain?.stop()]));

describe("callHttp", () => {
  it("sends method, headers and body, and returns status, headers and text", async () => {
    plain.answer = () => ({ status: 201, body: "ü", headers: { "retry-after": "7" } });
    const headers = { authorization: "Bearer t" };
    const answer = await callHttp({ ...LIMITS, url: `${plain.url}/a?b=c`, method: "PUT", headers, body: "text" });
    expect([answer.status, answer.text, answer.header("retry-after"), answer.header("etag")]).toEqual([
      201,
      "ü",
      "7",
      undefined,
    ]);
    expect(plain.calls.at(-1)).toMatchObject({ method: "PUT", url: "/a?b=c", headers, body: "text" });
  });

  it("returns a redirect and does not follow it", async () => {
    plain.answer = () => ({ status: 302, headers: { location: `${secure.url}/elsewhere` } });
    expect((await callHttp({ ...LIMITS, url: plain.url })).status).toBe(302);
    expect(secure.calls.map((call) => call.url)).not.toContain("/elsewhere");
  });

  it("verifies the server with the given roots, with public CAs by default, and not at all with false", async () => {
    secure.answer = () => ({ status: 200, body: "ok" });
    const url = secure.url;
    expect((await callHttp({ ...LIMITS, url, ca: ca.cert })).text).toBe("ok");
    expect((await callHttp({ ...LIMITS, url, ca: false })).text).toBe("ok");
    const other = (await TestCa.create("another")).cert;
    for (const trust of [{}, { ca: other }])
      await expect(callHttp({ ...LIMITS, url, ...trust })).rejects.toMatchObject({ code: "unreachable" });
  });

  it.each([
    ["nothing listens", () => ({ url: "http://127.0.0.1:1" }), /^127\.0\.0\.1:1 cannot be called: ECONNREFUSED$/],
    [
      "the host name does not exist",
      () => ({ url: "http://no-such-host.invalid" }),
      /^no-such-host\.invalid cannot be called: /,
    ],
    [
      "the server sends nothing",
      () => ({ url: `${plain.url}/silent?token=SECRET`, timeoutMs: 200 }),
      /did not answer within 200 ms$/,
    ],
    ["the response ends early", () => ({ url: `${plain.url}/cut` }), /cannot be called: ECONNRESET$/],
    ["the response is too long", () => ({ url: `${plain.url}/long` }), /answers more than 100 bytes$/],
  ])("rejects without the path of the URL when %s", async (_, call, message) => {
    plain.answer = ({ url }) =>
      url.startsWith("/silent") ? "silent" : url === "/cut" ? "cut" : { status: 200, body: "x".repeat(101) };
    const rejection = callHttp({ ...LIMITS, ...call() });
    await expect(rejection).rejects.toThrow(message);
    await expect(rejection).rejects.not.toThrow(/SECRET/);
  });
});

describe.each(["http", "https"])(
  "callHttp settles, and closes its connection, when a server over %s answers with",
  (scheme) => {
    let server: HostileServer;
    beforeAll(async () => {
      server = await HostileServer.start(scheme === "https" ? ca : undefined);
    });
    afterAll(() => server?.stop());

    it.each(HOSTILE_ANSWERS)("%s", async (_, answer, settled) => {
      server.answer = answer;
      const timeoutMs = settled === "late" ? 300 : patience(10_000);
      const body = "x".repeat(4_000_000);
      const result = await callHttp({
        ...LIMITS,
        timeoutMs,
        url: `${server.url}/path`,
        method: "PUT",
        body,
        ca: false,
      }).then(
        ({ status }) => status,
        (error: unknown) => (error instanceof HttpCallError ? error.predicate : error),
      );
      await server.idle();
      if (typeof settled === "number") expect(result).toBe(settled);
      else if (settled === "late") expect(result).toBe("did not answer within 300 ms");
      else expect(result).toMatch(/^(?!did not)[a-z]/);
    });
  },
);
