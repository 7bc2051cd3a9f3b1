import { afterAll, beforeAll, expect, it } from "vitest";
import { readableCertificates } from "../../../src/trust/bundle.ts";
import { derOf } from "../derOf.ts";
import { BUILD_PATIENCE, GoVerifier } from "../GoVerifier.ts";
import { bundleOf, extension, type TbsParts, withParts } from "../hostileDer.ts";
import { makeCertificate } from "../makeCertificate.ts";

let go: GoVerifier | undefined;
let root = new Uint8Array();
beforeAll(async () => {
  root = new Uint8Array(await makeCertificate({ subject: "CN=A", key: "p256", ca: true }));
  go = await GoVerifier.shared();
}, BUILD_PATIENCE);
afterAll(() => go?.remove());

const UTC = 0x17;
const GENERALIZED = 0x18;
const validity = (tag: number, text: string): TbsParts => ({
  validity: derOf(0x30, derOf(tag, text), derOf(UTC, "300101000000Z")),
});
const numbers = (...values: readonly number[]): Uint8Array[] => values.map((value) => derOf(2, [value]));
const key = (
  oid: readonly number[],
  parameters: readonly Uint8Array[],
  bits: Uint8Array | readonly number[],
): TbsParts => ({
  key: derOf(0x30, derOf(0x30, derOf(6, oid), ...parameters), derOf(3, bits)),
});
const DSA = [0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1];
const X25519 = [0x2b, 0x65, 0x6e];
const policies = (...oids: readonly (readonly number[])[]): TbsParts => ({
  extensions: [extension([0x55, 0x1d, 0x20], derOf(0x30, ...oids.map((oid) => derOf(0x30, derOf(6, oid)))))],
});

it.each<[what: string, parts: TbsParts, isRead: boolean]>([
  ["a UTCTime", validity(UTC, "260101000000Z"), true],
  ["a UTCTime without seconds", validity(UTC, "2601010000Z"), true],
  ["a UTCTime with an offset", validity(UTC, "260101000000+0130"), true],
  ["a UTCTime with an offset and without seconds", validity(UTC, "2601010000-0800"), true],
  ["an offset of zero", validity(UTC, "260101000000+0000"), false],
  ["an offset of 24 hours", validity(UTC, "260101000000+2400"), true],
  ["an offset of 25 hours", validity(UTC, "260101000000+2500"), false],
  ["an offset of 60 minutes", validity(UTC, "260101000000+0060"), false],
  ["a UTCTime of 1950", validity(UTC, "500101000000Z"), true],
  ["a UTCTime on 29 February of no leap year", validity(UTC, "270229000000Z"), false],
  ["a time at 24 o'clock", validity(UTC, "260101240000Z"), false],
  ["a leap second", validity(UTC, "260101235960Z"), false],
  ["a GeneralizedTime", validity(GENERALIZED, "20260101000000Z"), true],
  ["a GeneralizedTime with an offset", validity(GENERALIZED, "20260101000000-0100"), true],
  ["a GeneralizedTime without seconds", validity(GENERALIZED, "202601010000Z"), false],
  ["a GeneralizedTime with a fraction", validity(GENERALIZED, "20260101000000.5Z"), false],
  ["a GeneralizedTime in the year 50", validity(GENERALIZED, "00500101000000Z"), true],
  [
    "a DSA key",
    key(
      DSA,
      [derOf(0x30, ...numbers(7, 3, 2))],
      derOf(0, ...numbers(5))
        .subarray(1)
        .with(0, 0),
    ),
    true,
  ],
  [
    "a DSA key with a zero",
    key(
      DSA,
      [derOf(0x30, ...numbers(7, 0, 2))],
      derOf(0, ...numbers(5))
        .subarray(1)
        .with(0, 0),
    ),
    false,
  ],
  ["an X25519 key", key(X25519, [], new Uint8Array(33).fill(9, 1)), true],
  ["a short X25519 key", key(X25519, [], new Uint8Array(32).fill(9, 1)), true],
  ["a key of an unknown algorithm", key([0x2a, 3], [], [0, 1, 2]), true],
  ["a key with bits of padding", key([0x2a, 3], [], [4, 0xf0]), true],
  ["a policy with an arc of 70 bits", policies([0x2a, ...Array<number>(9).fill(0xff), 1]), true],
  ["a policy that occurs twice", policies([0x2a, 3], [0x2a, 3]), false],
  ["a padded policy", policies([0x2a, 0x80, 3]), false],
  [
    "an extension with an arc of 31 bits",
    { extensions: [extension([0x2a, 0x87, 0xff, 0xff, 0xff, 0x7f], derOf(5))] },
    true,
  ],
  [
    "an extension with an arc of 32 bits",
    { extensions: [extension([0x2a, 0x88, 0x80, 0x80, 0x80, 0x00], derOf(5))] },
    false,
  ],
  ["a negative serial number", { serial: derOf(2, [0x80]) }, false],
])("reads %s as Go does", (_what, parts, isRead) => {
  const bundle = bundleOf([withParts(root, parts)]);
  const ours = readableCertificates(bundle).map(({ fingerprint }) => fingerprint);
  expect(ours).toHaveLength(isRead ? 1 : 0);
  if (go !== undefined) expect(go.ask([{ bundle: Buffer.from(bundle).toString("base64") }])[0]?.anchors).toEqual(ours);
});
