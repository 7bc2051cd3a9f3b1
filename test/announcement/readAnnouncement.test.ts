import * as fc from "fast-check";
import { CompactSign, SignJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import type { Announcement } from "../../src/announcement/Announcement.ts";
import { readAnnouncement } from "../../src/announcement/readAnnouncement.ts";
import type { AnnouncementKey } from "../../src/announcement/signAnnouncement.ts";
import { STATEMENT_TYPE } from "../../src/registration/selftest/selfTestObjects.ts";
import {
  announcementKey,
  announcementOf,
  NOW,
  publicPart,
  signed,
  signedAs,
} from "../sync/announcement/AnnouncementBed.ts";

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

it("takes what was signed with the pinned key, and keeps to the last second", async () => {
  const announcement = announcementOf({ clusters: ["a", "b"], url: "https://gate.example.com/base" });
  const text = await signed(key, announcement);
  expect(await read(text)).toEqual({ ok: true, announcement });
  expect(await read(text, { ...TERMS, now: NOW + 3_599_999 })).toEqual({ ok: true, announcement });
  expect(await read(text, { ...TERMS, now: NOW - 60_000 })).toEqual({ ok: true, announcement });
});

describe("refuses by its time, gate or URL", () => {
  it.each<[string, Partial<Announcement>, string]>([
    ["one that has run out", { iat: SECONDS - 3_600, exp: SECONDS }, "announcement-expired"],
    ["one of the future", { iat: SECONDS + 61, exp: SECONDS + 100 }, "announcement-early"],
    ["one whose number shuts out all that follow", { seq: Number.MAX_SAFE_INTEGER }, "announcement-early"],
    ["one whose number is more than a day ahead", { seq: SECONDS + 86_401 }, "announcement-early"],
    ["one that counts for longer than an hour", { exp: SECONDS + 3_601 }, "announcement-lifetime"],
    ["one that ends before it begins", { exp: SECONDS }, "announcement-lifetime"],
    ["one for another gate", { gate: "other" }, "announcement-not-ours"],
    ["one on a host that is not listed", { url: "https://gate.example.net" }, "announcement-url"],
    ["one on a host that begins as a listed one", { url: "https://gate.example.com.evil.com" }, "announcement-url"],
    ["one with a path of a cluster", { url: "https://gate.example.com/c/x/validate" }, "announcement-url"],
  ])("%s", async (_, change, code) => {
    expect(await read(await signed(key, change))).toMatchObject({ ok: false, fault: { code } });
  });
});

describe("refuses by its signature or its form", () => {
  const secret = (): Uint8Array => Buffer.from(key.x, "base64url");
  const header = { alg: "EdDSA", typ: "postern-announcement+jwt" };
  it.each<[string, () => string | Promise<string>, string]>([
    ["another key", () => signed(another), "announcement-forged"],
    ["no algorithm", () => `${base64({ ...header, alg: "none" })}.${base64(plain())}.AA`, "announcement-forged"],
    [
      "no algorithm and no signature",
      () => `${base64({ ...header, alg: "none" })}.${base64(plain())}.`,
      "announcement-unreadable",
    ],
    [
      "the public key as a secret",
      () => new CompactSign(Buffer.from(plain())).setProtectedHeader({ ...header, alg: "HS256" }).sign(secret()),
      "announcement-forged",
    ],
    [
      "a self-test's statement of the same key",
      () => signedAs(key, plain(), { typ: STATEMENT_TYPE }),
      "announcement-forged",
    ],
    ["a JWT of the same key", () => signedAs(key, plain(), { typ: "JWT" }), "announcement-forged"],
    ["a key in its header", () => signedAs(key, plain(), { jwk: publicPart(another) }), "announcement-forged"],
    [
      "a key's address in its header",
      () => signedAs(key, plain(), { jku: "https://evil.example" }),
      "announcement-forged",
    ],
    [
      "an extension that has to be understood",
      () => signedAs(key, plain(), { crit: ["exp"], exp: 1 }),
      "announcement-forged",
    ],
    [
      "a payload that is not encoded",
      () => signedAs(key, plain(), { crit: ["b64"], b64: true }),
      "announcement-forged",
    ],
    ["a JWS in a JWS", async () => signedAs(key, await signed(key)), "announcement-unreadable"],
    ["a nested one that says so", async () => signedAs(key, await signed(key), { cty: "JWT" }), "announcement-forged"],
    [
      "a changed payload",
      async () => {
        const [head, , signature] = (await signed(key)).split(".");
        return `${head}.${base64(plain({ url: "https://127.0.0.1" }))}.${signature}`;
      },
      "announcement-forged",
    ],
    [
      "a claim twice",
      () => signedAs(key, plain().replace("{", '{"url":"https://127.0.0.1",')),
      "announcement-unreadable",
    ],
    ["spaces in it", () => signedAs(key, plain().replace("{", "{ ")), "announcement-unreadable"],
    ["escapes in it", () => signedAs(key, plain().replace("postern", "\\u0070ostern")), "announcement-unreadable"],
    ["a byte order mark", () => signedAs(key, `\ufeff${plain()}`), "announcement-unreadable"],
    ["bytes that are no UTF-8", () => signedAs(key, new Uint8Array([0x7b, 0xff, 0x7d])), "announcement-forged"],
    ["an unknown claim", () => signedAs(key, plain({ nbf: SECONDS })), "announcement-unreadable"],
    ["a __proto__", () => signedAs(key, plain().replace("{", '{"__proto__":{"seq":1},')), "announcement-unreadable"],
    ["a missing claim", () => signedAs(key, plain({ seq: undefined })), "announcement-unreadable"],
    ["a number as text", () => signedAs(key, plain({ seq: "7" })), "announcement-unreadable"],
    ["a broken number", () => signedAs(key, plain({ seq: 7.5 })), "announcement-unreadable"],
    ["zero as its number", () => signedAs(key, plain({ seq: 0 })), "announcement-unreadable"],
    ["no clusters", () => signedAs(key, plain({ clusters: [] })), "announcement-unreadable"],
    ["all clusters and some", () => signedAs(key, plain({ clusters: ["*", "a"] })), "announcement-unreadable"],
    [
      "a root in PEM",
      () => signedAs(key, plain({ roots: ["-----BEGIN CERTIFICATE-----"] })),
      "announcement-unreadable",
    ],
    ["a list", () => signedAs(key, `[${plain()}]`), "announcement-unreadable"],
    [
      "a claims set of a JWT library",
      () => new SignJWT({ a: 1 }).setProtectedHeader({ alg: "HS256" }).sign(secret()),
      "announcement-forged",
    ],
    ["nothing", () => "", "announcement-unreadable"],
    ["a web page", () => "<html>not here</html>", "announcement-unreadable"],
    ["too much", () => `${"a".repeat(16_400)}.b.c`, "announcement-unreadable"],
    ["a JWS as JSON", () => JSON.stringify({ payload: "", signatures: [] }), "announcement-unreadable"],
    ["five parts, as of a JWE", () => "a.b.c.d.e", "announcement-unreadable"],
  ])("%s", async (_, make, code) => {
    expect(await read(await make())).toMatchObject({ ok: false, fault: { code } });
  });
});

it("nothing but what the key signed is ever taken, and nothing throws", async () => {
  const text = await signed(key);
  const change = fc.record({ at: fc.nat(text.length - 1), to: fc.constantFrom(..."abcXYZ019_-.=+/ \n") });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const letters = [...text];
      for (const { at, to } of changes) letters[at] = to;
      const result = await read(letters.join(""));
      // The last letter of a signature has bits that stand for nothing: what is read is the same then.
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
