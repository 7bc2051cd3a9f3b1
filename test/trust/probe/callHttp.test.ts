import { afterAll, beforeAll, expect, it } from "vitest";
import { callHttp } from "../../../src/trust/probe/callHttp.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import { patience } from "../../run/speedFactor.ts";
import { LoopbackServer } from "../../sync/LoopbackServer.ts";

const LIMITS = { timeout: patience(10_000), bytes: 100 };
let ca: TestCa;
let secure: LoopbackServer;
let plain: LoopbackServer;
beforeAll(async () => {
  ca = await TestCa.create("loopback CA");
  [secure, plain] = await Promise.all([LoopbackServer.start(ca), LoopbackServer.start()]);
});
afterAll(() => Promise.all([secure?.stop(), plain?.stop()]));

it("sends what it is told, and gives what came back", async () => {
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

it("follows no redirect", async () => {
  plain.answer = () => ({ status: 302, headers: { location: `${secure.url}/elsewhere` } });
  expect((await callHttp({ ...LIMITS, url: plain.url })).status).toBe(302);
  expect(secure.calls.map((call) => call.url)).not.toContain("/elsewhere");
});

it("trusts whom it is told to", async () => {
  secure.answer = () => ({ status: 200, body: "ok" });
  const url = secure.url;
  expect((await callHttp({ ...LIMITS, url, ca: ca.cert })).text).toBe("ok");
  expect((await callHttp({ ...LIMITS, url, ca: false })).text).toBe("ok");
  const other = (await TestCa.create("another")).cert;
  for (const trust of [{}, { ca: other }])
    await expect(callHttp({ ...LIMITS, url, ...trust })).rejects.toMatchObject({ code: "unreachable" });
});

it.each([
  ["nobody listens", () => ({ url: "http://127.0.0.1:1" }), /^127\.0\.0\.1:1 cannot be asked: ECONNREFUSED$/],
  ["there is no such name", () => ({ url: "http://no-such-host.invalid" }), /^no-such-host\.invalid cannot be asked: /],
  ["nothing comes", () => ({ url: `${plain.url}/silent?token=SECRET`, timeout: 200 }), /did not answer within 200 ms$/],
  ["half of it comes", () => ({ url: `${plain.url}/cut` }), /cannot be asked: ECONNRESET$/],
  ["too much comes", () => ({ url: `${plain.url}/long` }), /answers more than 100 bytes$/],
])("is rejected when %s, without the path", async (_, call, message) => {
  plain.answer = ({ url }) =>
    url.startsWith("/silent") ? "silent" : url === "/cut" ? "cut" : { status: 200, body: "x".repeat(101) };
  const rejection = callHttp({ ...LIMITS, ...call() });
  await expect(rejection).rejects.toThrow(message);
  await expect(rejection).rejects.not.toThrow(/SECRET/);
});
