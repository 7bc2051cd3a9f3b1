import { describe, expect, it } from "vitest";
import { withoutSecrets } from "../../src/telemetry/withoutSecrets.ts";

const SECRET = 'sk/Live+9f"3zQ7\\tokén-1rXv8w2pLm';
const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("withoutSecrets hides a secret", () => {
  it.each<[string, string]>([
    ["as it is", `a ${SECRET} b`],
    ["twice, side by side", SECRET + SECRET],
    ["in a header", `Authorization: Bearer ${SECRET}`],
    ["in upper case", SECRET.toUpperCase()],
    ["in base64", base64(SECRET)],
    ["in base64 after one byte", base64(`x${SECRET}y`)],
    ["in base64 after a user name", base64(`admin:${SECRET}`)],
    ["in base64 after two bytes", base64(`xx${SECRET} and more`)],
    ["in base64url", Buffer.from(`{"t":"${SECRET}"}`).toString("base64url")],
    ["in hex", Buffer.from(SECRET).toString("hex").toUpperCase()],
    ["URL-encoded", encodeURIComponent(SECRET)],
    ["URL-encoded twice", encodeURIComponent(encodeURIComponent(SECRET))],
    ["URL-encoded, each byte", [...Buffer.from(SECRET)].map((byte) => `%${byte.toString(16)}`).join("")],
    ["in JSON", JSON.stringify({ token: SECRET })],
    ["in JSON in JSON", JSON.stringify(JSON.stringify({ token: SECRET }))],
    ["with \\u escapes", [...SECRET].map((it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")],
    ["as XML entities", [...SECRET].map((it) => `&#${it.charCodeAt(0)};`).join("")],
    ["backwards", [...SECRET].reverse().join("")],
    ["without its end", `invalid token ${SECRET.slice(0, 14)}…`],
    ["without its begin", `…${SECRET.slice(-14)} is invalid`],
    ["cut in the middle", `${SECRET.slice(0, 12)}...${SECRET.slice(-12)}`],
    ["of one line in several", SECRET.replace(/.{10}/g, "$&\n")],
  ])("%s", (_, text) => {
    const shown = withoutSecrets(text, [SECRET]);
    expect(shown).toContain("(hidden)");
    for (const form of [SECRET, base64(SECRET), encodeURIComponent(SECRET), Buffer.from(SECRET).toString("hex")])
      for (let at = 0; at + 8 <= form.length; at += 1)
        expect(shown.toLowerCase()).not.toContain(form.slice(at, at + 8).toLowerCase());
  });
});

it.each<[string, string, string[], string]>([
  ["no secret", "a text", [], "a text"],
  ["another secret", "a text with nothing in it", [SECRET], "a text with nothing in it"],
  ["what is around", "before hunter2hunter2 after", ["hunter2hunter2"], "before (hidden) after"],
  ["a secret of 5 characters as a whole", "say abcde, abcd", ["abcde"], "say (hidden), abcd"],
  ["a secret of 3 characters, which is in too many texts", "the abc", ["abc"], "the abc"],
  ["a letter that is longer in lower case", `İ ${SECRET}`, [SECRET], "(hidden)"],
  ["white space around the secret", "x hunter2hunter2", [" hunter2hunter2\n"], "x (hidden)"],
])("withoutSecrets keeps or hides %s", (_, text, secrets, shown) => {
  expect(withoutSecrets(text, secrets)).toBe(shown);
});

const jwt = (header: object, claims: object, signature: string): string =>
  [header, claims, signature].map((it) => Buffer.from(JSON.stringify(it)).toString("base64url")).join(".");
it("withoutSecrets hides a JWT and each part of its signature, and no other JWT", () => {
  const token = jwt({ alg: "RS256", kid: "a9f3zQ7aB" }, { aud: ["https://kubernetes.default.svc"], sub: "me" }, SECRET);
  const other = jwt({ alg: "EdDSA", typ: "x" }, { aud: ["https://gate.example.com"], sub: "you" }, "another signature");
  expect(withoutSecrets(`got ${token}, not ${other}`, [token])).toBe(`got (hidden).(hidden), not ${other}`);
  expect(withoutSecrets(`…${token.slice(-12)}`, [token])).toBe("…(hidden)");
  expect(withoutSecrets(`${token.slice(0, 90)}…`, [token])).toBe("(hidden)…");
});

it("withoutSecrets takes linear time in the text", () => {
  const time = (size: number): number => {
    const text = "sk/Live+".repeat(size);
    const start = performance.now();
    withoutSecrets(text, [SECRET]);
    return performance.now() - start;
  };
  time(20_000);
  const [small, large] = [20_000, 160_000].map((size) => Math.min(...[1, 2, 3].map(() => time(size))));
  expect((large ?? 0) / (small ?? 1)).toBeLessThan(24);
});
