import fc from "fast-check";
import { derOf } from "./derOf.ts";
import {
  type CertificateSpec,
  DAY,
  KEY_USE,
  type KeyName,
  NOW,
  nameConstraints,
  type RawExtension,
  type SigningHash,
} from "./makeCertificate.ts";

/** A random set of certificates, some of which are served and some of which are trusted. */
export interface AnyChain {
  readonly specs: readonly CertificateSpec[];
  /** Indexes into `specs`: the leaf is 0. */
  readonly served: readonly number[];
  readonly anchors: readonly number[];
  readonly host: string;
  readonly now: number;
  /** A bit to flip in one certificate; undefined in most cases. */
  readonly damage: { readonly certificate: number; readonly at: number; readonly bit: number } | undefined;
}

/** Usually the right value, sometimes one of the others. */
function usually<T>(right: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 22, arbitrary: fc.constant(right) },
    { weight: 1, arbitrary: fc.constantFrom(right, ...others) },
  );
}

/** Usually none, sometimes one. */
function seldom<T>(one: fc.Arbitrary<T>, rarely: number): fc.Arbitrary<readonly T[]> {
  return fc.oneof(
    { weight: rarely, arbitrary: fc.constant<readonly T[]>([]) },
    { weight: 1, arbitrary: one.map((it): readonly T[] => [it]) },
  );
}

const SERVER = "1.3.6.1.5.5.7.3.1";
const CLIENT = "1.3.6.1.5.5.7.3.2";

const validity = usually<readonly [from: number, until: number]>(
  [NOW - 30 * DAY, NOW + 30 * DAY],
  [NOW - 30 * DAY, NOW - 1000],
  [NOW - 30 * DAY, NOW],
  [NOW + 1000, NOW + 30 * DAY],
  [NOW, NOW + DAY],
  // Times after 2049 have another encoding.
  [Date.UTC(1999, 0, 1), Date.UTC(2051, 0, 1)],
);

const dns = (name: string) => [0x82, name] as const;
const ip = (...bytes: number[]) => [0x87, bytes] as const;
const constraintName = fc.constantFrom(
  dns("example"),
  dns("hook.example"),
  dns(".example"),
  dns(".hook.example"),
  dns("OTHER.example"),
  dns("a.b.hook.example"),
  dns("test"),
  dns(""),
  ip(10, 0, 0, 0, 255, 0, 0, 0),
  ip(10, 1, 2, 3, 255, 255, 255, 255),
  ip(10, 1, 2, 3, 255, 0, 0, 0),
  ip(0, 0, 0, 0, 0, 0, 0, 0),
  ip(0x20, 1, 0xd, 0xb8, ...Array(12).fill(0), 255, 255, 255, 255, ...Array(12).fill(0)),
  ip(...Array(32).fill(0)),
  [0x81, "example"] as const,
  [0x81, "a@hook.example"] as const,
  [0x86, ".example"] as const,
  [0x86, "hook.example"] as const,
  [0xa4, "0\0"] as const,
);
const anyConstraints = fc
  .tuple(fc.array(constraintName, { maxLength: 4 }), fc.array(constraintName, { maxLength: 3 }), fc.boolean())
  .filter(([permitted, excluded]) => permitted.length + excluded.length > 0)
  .map(([permitted, excluded, critical]) => ({ ...nameConstraints(permitted, excluded), critical }));

const oddExtension = fc.constantFrom<RawExtension>(
  { oid: "1.2.3.4", critical: true, value: derOf(0x05) },
  { oid: "1.2.3.4", critical: false, value: derOf(0x05) },
  // Policies, and a policy constraint that requires none; then distribution points and access descriptions, valid and
  // not.
  { oid: "2.5.29.32", critical: true, value: derOf(0x30, derOf(0x30, derOf(0x06, [0x2a, 3]))) },
  { oid: "2.5.29.36", critical: true, value: derOf(0x30, derOf(0x81, [0])) },
  { oid: "2.5.29.54", critical: true, value: derOf(0x02, [0]) },
  { oid: "2.5.29.31", value: derOf(0x30, derOf(0x30, derOf(0xa0, derOf(0xa0, derOf(0x86, "http://crl.example"))))) },
  { oid: "2.5.29.31", value: derOf(0x30, derOf(0x30, derOf(0xa0, derOf(0xa1)))) },
  { oid: "1.3.6.1.5.5.7.1.1", value: derOf(0x30, derOf(0x30, derOf(0x06, [0x2a]), derOf(0x86, "http://x"))) },
  { oid: "1.3.6.1.5.5.7.1.1", value: derOf(0x30, derOf(0x04)) },
  { oid: "1.3.6.1.5.5.7.1.1", critical: true, value: derOf(0x30) },
  // Alternative names: an empty list, an invalid host, an address of five octets, not ASCII, not a sequence.
  { oid: "2.5.29.17", critical: true, value: derOf(0x30) },
  { oid: "2.5.29.17", value: derOf(0x30, derOf(0x82, "a b."), derOf(0x82, "hook.example")) },
  { oid: "2.5.29.17", value: derOf(0x30, derOf(0x87, [1, 2, 3, 4, 5])) },
  { oid: "2.5.29.17", value: derOf(0x30, derOf(0x82, [0xc3, 0xa4])) },
  { oid: "2.5.29.17", value: derOf(0x04, "hook.example") },
  { oid: "2.5.29.17", value: derOf(0x30, derOf(0x86, "https://h%ook.example/")) },
  {
    oid: "2.5.29.17",
    value: derOf(0x30, derOf(0x82, "hook.example"), derOf(0x87, [...Array(10).fill(0), 255, 255, 10, 1, 2, 3])),
  },
);

const caExtras = fc.tuple(seldom<RawExtension>(anyConstraints, 5), seldom(oddExtension, 14));

const signing = fc.record({
  hash: usually<SigningHash>("SHA-256", "SHA-1", "SHA-384", "SHA-512"),
  pss: usually(false, true),
});

function authority(subject: string, issuer: string, key: KeyName, signedBy: KeyName): fc.Arbitrary<CertificateSpec> {
  return fc
    .record({
      validity,
      signing,
      ca: usually<boolean | undefined>(true, false, undefined),
      pathLen: usually<number | undefined>(undefined, 0, 1, 2),
      keyUsage: usually<number | undefined>(KEY_USE.certSign, undefined, KEY_USE.digitalSignature),
      extKeyUsage: usually<string[] | undefined>(
        undefined,
        [SERVER],
        [CLIENT],
        ["2.5.29.37.0"],
        [CLIENT, SERVER],
        ["1.2.3"],
      ),
      keyIds: usually(true, false),
      dns: usually<string[]>([], ["ca.example"], ["ca.test"]),
      key: usually<KeyName>(key, "p256-c", "rsa-1024", "rsa-768"),
      signer: usually<KeyName>(signedBy, "p256-c", "rsa-b", "rsa-768"),
      extras: caExtras,
    })
    .map(({ validity: [notBefore, notAfter], signing: how, pathLen, extras, signer, ca, ...rest }) => ({
      ...rest,
      ...how,
      subject,
      issuer,
      signedBy: signer,
      ca,
      notBefore,
      notAfter,
      // A path length belongs to a CA.
      ...(ca !== true || pathLen === undefined ? {} : { pathLen }),
      extensions: extras.flat(),
    }));
}

const leafNames = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ dns: ["hook.example"] }) },
  {
    weight: 5,
    arbitrary: fc.record({
      dns: fc.array(
        fc.constantFrom(
          "hook.example",
          "*.example",
          "*.hook.example",
          "HOOK.example",
          "hook.example.",
          "*",
          "h*.example",
          "a.test",
          "x_y.example",
        ),
        { maxLength: 3 },
      ),
      ip: fc.array(fc.constantFrom("10.1.2.3", "11.0.0.1", "2001:db8::1"), { maxLength: 2 }),
      email: fc.array(fc.constantFrom("a@hook.example", "b@test", "no mail"), { maxLength: 1 }),
      uri: fc.array(
        fc.constantFrom(
          "https://hook.example/x",
          "https://a.test:8443/",
          "urn:x:y",
          "https://10.1.2.3/",
          "spiffe://hook.example/a",
        ),
        { maxLength: 1 },
      ),
    }),
  },
);

function leafFrom(issuer: string, signedBy: KeyName): fc.Arbitrary<CertificateSpec> {
  return fc
    .record({
      names: leafNames,
      validity,
      signing,
      key: usually<KeyName>("p256-b", "rsa-b", "ed25519", "rsa-768"),
      signer: usually<KeyName>(signedBy, "p256-c", "rsa-b"),
      ca: usually<boolean | undefined>(false, undefined, true),
      extKeyUsage: usually<string[] | undefined>([SERVER], undefined, [CLIENT], ["2.5.29.37.0"], ["1.2.3", SERVER]),
      keyIds: usually(true, false),
      odd: seldom(oddExtension, 9),
    })
    .map(({ names, validity: [notBefore, notAfter], signing: how, signer, odd, ...rest }) => {
      const replaced = odd.some(({ oid }) => oid === "2.5.29.17");
      const named = replaced ? {} : names;
      return {
        ...rest,
        ...named,
        ...how,
        subject: "CN=leaf",
        issuer,
        signedBy: signer,
        notBefore,
        notAfter,
        extensions: odd,
      };
    });
}

/**
 * A leaf, two intermediates, two roots and their cross-signed forms. The order is: leaf, lower, middle, root, middle
 * signed by the other root, other root, root signed by the other root, lower signed by middle.
 */
export const anyChain: fc.Arbitrary<AnyChain> = fc
  .record({
    key: fc.constantFrom<KeyName>("p256", "rsa", "p384", "ed25519", "p521"),
    rootKey: fc.constantFrom<KeyName>("p256", "rsa-b", "p384"),
    from: fc.constantFrom("lower" as const, "middle" as const, "root" as const),
  })
  .chain(({ key, rootKey, from }) => {
    const lowerKey: KeyName = "rsa";
    const issuers = { lower: lowerKey, middle: key, root: rootKey };
    const issuer = { lower: "CN=Lower", middle: "CN=Middle", root: "CN=Root" }[from];
    const signedBy = issuers[from];
    return fc.record({
      specs: fc.tuple(
        leafFrom(issuer, signedBy),
        authority("CN=Lower", "CN=Root", lowerKey, rootKey),
        authority("CN=Middle", "CN=Root", key, rootKey),
        authority("CN=Root", "CN=Root", rootKey, rootKey),
        authority("CN=Middle", "CN=Other", key, "p521"),
        authority("CN=Other", "CN=Other", "p521", "p521"),
        authority("CN=Root", "CN=Other", rootKey, "p521"),
        authority("CN=Lower", "CN=Middle", lowerKey, key),
      ),
      served: fc.oneof(
        { weight: 3, arbitrary: fc.shuffledSubarray([1, 2, 4, 6, 7], { minLength: 2 }).map((it) => [0, ...it]) },
        { weight: 2, arbitrary: fc.array(fc.nat({ max: 7 }), { maxLength: 8 }).map((it) => [0, ...it]) },
        { weight: 1, arbitrary: fc.constant([0]) },
        { weight: 1, arbitrary: fc.array(fc.nat({ max: 7 }), { minLength: 1, maxLength: 4 }) },
      ),
      anchors: fc.oneof(
        { weight: 6, arbitrary: fc.constant([3, 5]) },
        { weight: 2, arbitrary: fc.constantFrom([3], [5]) },
        { weight: 3, arbitrary: fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 1, maxLength: 4 }) },
      ),
      host: usually(
        "hook.example",
        "HOOK.example.",
        "a.hook.example",
        "x_y.example",
        "10.1.2.3",
        "2001:db8::1",
        "[2001:DB8::1]",
        "*.example",
        "other.test",
        "::ffff:10.1.2.3",
      ),
      now: fc.constantFrom(NOW, NOW, NOW + 1, NOW - 1),
      damage: fc.oneof(
        { weight: 4, arbitrary: fc.constant(undefined) },
        {
          weight: 1,
          arbitrary: fc.record({
            certificate: fc.nat({ max: 7 }),
            at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
            bit: fc.nat({ max: 7 }),
          }),
        },
      ),
    });
  });
