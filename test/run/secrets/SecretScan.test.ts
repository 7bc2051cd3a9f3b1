import { generateKeyPairSync } from "node:crypto";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { expect, it } from "vitest";
import { growthOf, LINEAR } from "../growthOf.ts";
import { planted } from "./planted.ts";
import { SecretScan } from "./SecretScan.ts";

const secret = planted("password");
const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
const keys = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
const jwk = JSON.stringify(await exportJWK(keys.privateKey));
const signed = (typ: string): Promise<string> =>
  new SignJWT({ sub: "postern" }).setProtectedHeader({ alg: "EdDSA", typ }).sign(keys.privateKey);
const token = await signed("JWT");
const statement = await signed("postern-selftest+jwt");
const hex = Buffer.from(secret).toString("hex");

const CASES: readonly (readonly [what: string, text: string, kind: string | undefined])[] = [
  ["a planted secret", `password=${secret}`, "planted secret"],
  ["one in base64, at offset 0", Buffer.from(secret).toString("base64"), "planted secret"],
  ["one in base64, at offset 1", Buffer.from(`a${secret}`).toString("base64"), "planted secret"],
  ["one in base64, at offset 2", Buffer.from(`ab${secret}`).toString("base64url"), "planted secret"],
  ["one in hex", hex.toUpperCase(), "planted secret"],
  ["one that is URL-encoded as a whole", hex.replace(/../g, "%$&"), "planted secret"],
  ["one in capitals", secret.toUpperCase(), "planted secret"],
  ["one in colours", `\u001b[31mpl4nted\u001b[39m-s3cret`, "planted secret"],
  ["a private key", pem, "private key"],
  ["a private key in a JSON text", JSON.stringify({ pem }), "private key"],
  ["a private key in a prefixed log", pem.replaceAll("\n", "\n  gate | "), "private key"],
  ["a private JWK", jwk, "private JWK"],
  ["a private JWK in a JSON text", JSON.stringify({ jwk }), "private JWK"],
  ["a token", `Bearer ${token}`, "JWT"],
  ["a signed statement, which is published", statement, undefined],
  ["a public key", publicKey.export({ format: "pem", type: "spki" }).toString(), undefined],
  ["a public JWK", JSON.stringify(await exportJWK(keys.publicKey)), undefined],
  ["the header of a key without a key", "expected -----BEGIN PRIVATE KEY----- in the file", undefined],
  ["the beginning of a token", token.slice(0, 40), undefined],
];

it.each(CASES)("SecretScan looks at %s", (_, text, kind) => {
  const scan = new SecretScan();
  scan.add(`before\n${text}\nafter\n`);
  expect(scan.found.map((it) => it.kind)).toEqual(kind === undefined ? [] : [kind]);
});

it.each(CASES)("SecretScan finds the same when each character of %s arrives alone", (_, text, kind) => {
  const scan = new SecretScan();
  for (const character of `before\n${text}\nafter\n`) scan.add(character);
  expect(scan.found.map((it) => it.kind)).toEqual(kind === undefined ? [] : [kind]);
});

it("SecretScan names the test that Vitest names before an output, or the line", () => {
  const scan = new SecretScan();
  scan.add(`one\ntwo ${secret}\n\u001b[90mstderr\u001b[2m | test/a.test.ts > a > b\n\u001b[22m\u001b[39m`);
  scan.add(`x\ny ${secret}\n`);
  scan.add(secret, "named");
  expect(scan.found.map(({ where }) => where)).toEqual(["line 2", "test/a.test.ts > a > b", "named"]);
});

it.each<[what: string, unit: string]>([
  ["beginnings of tokens", "eyJ"],
  ["a token without an end", `eyJ${"x".repeat(9)}.`],
  ["beginnings of keys", "-----BEGIN "],
  ["headers of keys", "-----BEGIN PRIVATE KEY-----"],
  ["beginnings of JWKs", '\\\\"d'],
  ["control sequences", "\u001b[31m"],
  ["names of tests", "stdout | "],
  ["secrets", `${secret}\n`],
])("SecretScan takes linear time for %s, and keeps few of what it finds", (_, unit) => {
  const make = (size: number): string => unit.repeat(size / unit.length);
  const scan = (text: string): void => {
    const one = new SecretScan();
    for (let at = 0; at < text.length; at += 4_096) one.add(text.slice(at, at + 4_096));
    one.add(text);
    expect(one.found.length).toBeLessThanOrEqual(20);
  };
  expect(growthOf(50_000, make, scan)).toBeLessThan(LINEAR);
});
