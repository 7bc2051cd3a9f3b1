import * as fc from "fast-check";
import { CompactSign, SignJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import type { Announcement } from "../../src/announcement/Announcement.ts";
import type { AnnouncementKey } from "../../src/announcement/AnnouncementKey.ts";
import { readAnnouncement } from "../../src/announcement/readAnnouncement.ts";
import { STATEMENT_TYPE } from "../../src/registration/selftest/selfTestObjects.ts";
import { announcementKey, announcementOf, NOW, publicPart, signed, signedAs } from "./AnnouncementBed.ts";

const TERMS = { gate: "postern", hosts: ["gate.example.com", "127.0.0.1"], now: NOW };
const SECONDS = NOW / 1000;
let key: AnnouncementKey;
let another: AnnouncementKey;
beforeAll(async () => {
  [key, another] = await Promise.all([announcementKey(), announcementKey()]);
});

const read = (text: string, terms = TERMS): ReturnType<typeof readAnnouncement> =>
  readAnnouncement(text, publicPart(key), terms);
const base64 = (value: unknown): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const plain = (change: object = {}): string => JSON.stringify({ ...announcementOf(), ...change });

it("readAnnouncement accepts an announcement with the pinned key until its last second", async () => {
  const announcement = announcementOf({ clusters: ["a", "b"], url: "https://gate.example.com/base", seq: SECONDS });
  const text = await signed(key, announcement);
  expect(await read(text)).toEqual({ ok: true, announcement });
  expect(await read(text, { ...TERMS, now: NOW + 3_599_999 })).toEqual({ ok: true, announcement });
  expect(await read(text, { ...TERMS, now: NOW - 60_000 })).toEqual({ ok: true, announcement });
});

describe("readAnnouncement rejects", () => {
  it.each<[string, Partial<Announcement>, string]>([
    ["an expired announcement", { iat: SECONDS - 3_600, exp: SECONDS }, "announcement-expired"],
    ["an announcement of the future", { iat: SECONDS + 61, exp: SECONDS + 100 }, "announcement-early"],
    ["a number that would block all later ones", { seq: Number.MAX_SAFE_INTEGER }, "announcement-early"],
    ["a number more than a minute ahead", { seq: SECONDS + 61 }, "announcement-early"],
    ["a number an hour ahead", { seq: SECONDS + 3_600 }, "announcement-early"],
    ["a number a day ahead", { seq: SECONDS + 86_400 }, "announcement-early"],
    ["a validity of more than an hour", { exp: SECONDS + 3_601 }, "announcement-lifetime"],
    ["an empty validity", { exp: SECONDS }, "announcement-lifetime"],
    ["an announcement for another gate", { gate: "other" }, "announcement-not-ours"],
    ["a URL on a host that is not listed", { url: "https://gate.example.net" }, "announcement-url"],
    ["a URL on a host that starts with a listed one", { url: "https://gate.example.com.evil.com" }, "announcement-url"],
    ["a URL with the path of a cluster", { url: "https://gate.example.com/c/x/validate" }, "announcement-url"],
  ])("%s", async (_, change, code) => {
    expect(await read(await signed(key, change))).toMatchObject({ ok: false, fault: { code } });
  });
});

describe("readAnnouncement rejects the signature or form of", () => {
  const secret = (): Uint8Array => Buffer.from(key.x, "base64url");
  const header = { alg: "EdDSA", typ: "postern-announcement+jwt" };
  it.each<[string, () => string | Promise<string>, string]>([
    ["a JWS with another key", () => signed(another), "announcement-forged"],
    [
      "a JWS with the algorithm none",
      () => `${base64({ ...header, alg: "none" })}.${base64(plain())}.AA`,
      "announcement-forged",
    ],
    [
      "a JWS with the algorithm none and no signature",
      () => `${base64({ ...header, alg: "none" })}.${base64(plain())}.`,
      "announcement-unreadable",
    ],
    [
      "a JWS with the public key as an HMAC secret",
      () => new CompactSign(Buffer.from(plain())).setProtectedHeader({ ...header, alg: "HS256" }).sign(secret()),
      "announcement-forged",
    ],
    [
      "a self-test statement with the same key",
      () => signedAs(key, plain(), { typ: STATEMENT_TYPE }),
      "announcement-forged",
    ],
    ["a JWT with the same key", () => signedAs(key, plain(), { typ: "JWT" }), "announcement-forged"],
    [
      "a JWS with a key in its header",
      () => signedAs(key, plain(), { jwk: publicPart(another) }),
      "announcement-forged",
    ],
    [
      "a JWS with the address of a key in its header",
      () => signedAs(key, plain(), { jku: "https://evil.example" }),
      "announcement-forged",
    ],
    ["a JWS with a critical extension", () => signedAs(key, plain(), { crit: ["exp"], exp: 1 }), "announcement-forged"],
    [
      "a JWS with an unencoded payload",
      () => signedAs(key, plain(), { crit: ["b64"], b64: true }),
      "announcement-forged",
    ],
    ["a JWS in a JWS", async () => signedAs(key, await signed(key)), "announcement-unreadable"],
    [
      "a JWS in a JWS with its content type",
      async () => signedAs(key, await signed(key), { cty: "JWT" }),
      "announcement-forged",
    ],
    [
      "a changed payload",
      async () => {
        const [head, , signature] = (await signed(key)).split(".");
        return `${head}.${base64(plain({ url: "https://127.0.0.1" }))}.${signature}`;
      },
      "announcement-forged",
    ],
    [
      "a payload with a claim twice",
      () => signedAs(key, plain().replace("{", '{"url":"https://127.0.0.1",')),
      "announcement-unreadable",
    ],
    ["a payload with spaces", () => signedAs(key, plain().replace("{", "{ ")), "announcement-unreadable"],
    [
      "a payload with escapes",
      () => signedAs(key, plain().replace("postern", "\\u0070ostern")),
      "announcement-unreadable",
    ],
    ["a payload with a byte order mark", () => signedAs(key, `\ufeff${plain()}`), "announcement-unreadable"],
    ["a payload that is not UTF-8", () => signedAs(key, new Uint8Array([0x7b, 0xff, 0x7d])), "announcement-forged"],
    ["a payload with an unknown claim", () => signedAs(key, plain({ nbf: SECONDS })), "announcement-unreadable"],
    [
      "a payload with __proto__",
      () => signedAs(key, plain().replace("{", '{"__proto__":{"seq":1},')),
      "announcement-unreadable",
    ],
    ["a payload with a missing claim", () => signedAs(key, plain({ seq: undefined })), "announcement-unreadable"],
    ["a payload with a number as text", () => signedAs(key, plain({ seq: "7" })), "announcement-unreadable"],
    ["a payload with a fractional number", () => signedAs(key, plain({ seq: 7.5 })), "announcement-unreadable"],
    ["a payload with the number 0", () => signedAs(key, plain({ seq: 0 })), "announcement-unreadable"],
    ["a payload without clusters", () => signedAs(key, plain({ clusters: [] })), "announcement-unreadable"],
    [
      "a payload with all clusters and a name",
      () => signedAs(key, plain({ clusters: ["*", "a"] })),
      "announcement-unreadable",
    ],
    [
      "a payload with a root in PEM",
      () => signedAs(key, plain({ roots: ["-----BEGIN CERTIFICATE-----"] })),
      "announcement-unreadable",
    ],
    ["a payload that is a list", () => signedAs(key, `[${plain()}]`), "announcement-unreadable"],
    [
      "a JWT with HS256",
      () => new SignJWT({ a: 1 }).setProtectedHeader({ alg: "HS256" }).sign(secret()),
      "announcement-forged",
    ],
    ["an empty text", () => "", "announcement-unreadable"],
    ["a web page", () => "<html>not here</html>", "announcement-unreadable"],
    ["a text that is too long", () => `${"a".repeat(16_400)}.b.c`, "announcement-unreadable"],
    ["a JWS in JSON form", () => JSON.stringify({ payload: "", signatures: [] }), "announcement-unreadable"],
    ["a text of five parts, such as a JWE", () => "a.b.c.d.e", "announcement-unreadable"],
  ])("%s", async (_, make, code) => {
    expect(await read(await make())).toMatchObject({ ok: false, fault: { code } });
  });
});

it("readAnnouncement accepts only signed announcements and never rejects its promise", async () => {
  const text = await signed(key);
  const change = fc.record({ at: fc.nat(text.length - 1), to: fc.constantFrom(..."abcXYZ019_-.=+/ \n") });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const letters = [...text];
      for (const { at, to } of changes) letters[at] = to;
      const result = await read(letters.join(""));
      // The last character of a signature has unused bits. The content is unchanged then.
      if (result.ok) expect(result.announcement).toEqual(announcementOf());
    }),
    { numRuns: 300 },
  );
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), fc.string(), async (claims, any) => {
      expect((await read(await signedAs(key, JSON.stringify(claims)))).ok).toBe(false);
      expect((await read(any)).ok).toBe(false);
    }),
    { numRuns: 100 },
  );
});
