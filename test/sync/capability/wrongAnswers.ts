import type { LoopbackAnswer } from "../LoopbackServer.ts";
import { madeCapability } from "./madeCapability.ts";

const HOUR_S = 3_600;

/** What `/token/prod` answers with a capability and its times, in seconds. */
export function issued(token: string, times: object = {}): LoopbackAnswer {
  const { iat, exp } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  const body = { token, issuedAt: iat, expiresAt: exp, renewAt: iat + (exp - iat) / 2, ...times };
  return { status: 200, body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

/** What a gate that misbehaves answers, and what is said about it. `now` is in milliseconds since 1970. */
export function wrongAnswers(now: number): readonly [what: string, answer: () => LoopbackAnswer, fault: RegExp][] {
  const good = (): string => madeCapability({ issuedMs: now });
  const withToken = (token: string): LoopbackAnswer => {
    const iat = Math.floor(now / 1_000);
    return issued(good(), { token, issuedAt: iat, expiresAt: iat + 24 * HOUR_S });
  };
  const retry = { "retry-after": "30" };
  const unauthenticated = JSON.stringify({ error: { code: "unauthenticated", message: "no" } });
  const NOT_ONE = /answers something that is not a capability$/;
  const TIMES = /answers a capability with other times than it says, or with a clock ahead$/;
  return [
    ["500", () => ({ status: 500, body: "oops" }), /answers 500$/],
    ["401", () => ({ status: 401, body: unauthenticated }), /refuses the token of the ServiceAccount \(401\): /],
    ["404", () => ({ status: 404 }), /answers 404: it issues no capabilities at this URL$/],
    ["429 with a time", () => ({ status: 429, headers: retry }), /answers 429, and asks to wait for 30 s$/],
    ["503 with nonsense", () => ({ status: 503, headers: { "retry-after": "soon" } }), /answers 503$/],
    [
      "a redirect",
      () => ({ status: 302, headers: { location: "https://evil.example.com/" } }),
      /answers 302: a redirect/,
    ],
    ["201", () => ({ ...Object(issued(good())), status: 201 }), /answers 201$/],
    ["HTML", () => ({ status: 200, body: "<!doctype html><title>token</title>" }), NOT_ONE],
    ["nothing", () => ({ status: 200 }), NOT_ONE],
    ["a list", () => ({ status: 200, body: "[]" }), NOT_ONE],
    ["half an answer", () => "cut", /cannot be called: /],
    ["8 KiB and more", () => ({ status: 200, body: " ".repeat(8_193) }), /answers more than 8192 bytes$/],
    ["a token with a slash", () => withToken("a/b.c.d"), NOT_ONE],
    ["a token with %2f", () => withToken("a%2fb.c.d"), NOT_ONE],
    ["a token with a line feed", () => withToken("a.b.c\n"), NOT_ONE],
    ["a token of dots", () => withToken(".."), NOT_ONE],
    ["an empty token", () => withToken(""), NOT_ONE],
    ["a token of 513 characters", () => withToken("a".repeat(513)), NOT_ONE],
    ["a token that is no JWS", () => withToken("token"), TIMES],
    ["no times", () => issued(good(), { issuedAt: undefined }), NOT_ONE],
    ["times as texts", () => issued(good(), { expiresAt: "tomorrow" }), NOT_ONE],
    ["other times", () => issued(good(), { expiresAt: Math.floor(now / 1_000) + 30 * HOUR_S }), TIMES],
    ["a capability of a year", () => issued(madeCapability({ issuedMs: now, lifeMs: 365 * 86_400_000 })), TIMES],
    ["one of tomorrow", () => issued(madeCapability({ issuedMs: now + 86_400_000 })), TIMES],
    ["an expired one", () => issued(madeCapability({ issuedMs: now - 2 * 86_400_000 })), /a capability that has ended/],
    ["that of another cluster", () => issued(madeCapability({ issuedMs: now, cluster: "lab" })), /of another cluster$/],
  ];
}
