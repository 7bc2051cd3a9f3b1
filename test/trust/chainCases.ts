import type { VerificationCode } from "../../src/trust/verify/Verification.ts";
import { derOf } from "./derOf.ts";
import { type CertificateSpec, DAY, KEY_USE, NOW, nameConstraints, type RawExtension } from "./makeCertificate.ts";

/** Certificates by letter, which of them are served and trusted, and the expected verdict. */
export interface ChainCase {
  readonly what: string;
  readonly certificates: Readonly<Record<string, CertificateSpec>>;
  /** Letters; the leaf first. */
  readonly served: string;
  readonly anchors: string;
  /** Default: hook.example. */
  readonly host?: string;
  readonly now?: number;
  readonly expected: "ok" | VerificationCode;
  /** Go accepts the chain. `what` says why. */
  readonly goDisagrees?: true;
}

const SERVER = "1.3.6.1.5.5.7.3.1";
const CLIENT = "1.3.6.1.5.5.7.3.2";
const ANY = "2.5.29.37.0";

const ROOT: CertificateSpec = { subject: "CN=Root", key: "p256", ca: true, keyUsage: KEY_USE.certSign };
const MIDDLE: CertificateSpec = {
  subject: "CN=Middle",
  issuer: "CN=Root",
  key: "rsa",
  signedBy: "p256",
  ca: true,
  keyUsage: KEY_USE.certSign,
};
const LEAF: CertificateSpec = {
  subject: "CN=leaf",
  issuer: "CN=Middle",
  key: "p256-b",
  signedBy: "rsa",
  ca: false,
  extKeyUsage: [SERVER],
  dns: ["hook.example"],
};
const DIRECT: CertificateSpec = { ...LEAF, issuer: "CN=Root", signedBy: "p256" };

type Change = Partial<CertificateSpec>;

/** A root (r), an intermediate (m) and a leaf (l), each with changes. r is trusted; l and m are served. */
function three(what: string, expected: ChainCase["expected"], l: Change, m: Change = {}, r: Change = {}): ChainCase {
  const certificates = { l: { ...LEAF, ...l }, m: { ...MIDDLE, ...m }, r: { ...ROOT, ...r } };
  return { what, certificates, served: "lm", anchors: "r", expected };
}

function withHost(host: string, names: Change, expected: ChainCase["expected"]): ChainCase {
  const listed = [...(names.dns ?? []), ...(names.ip ?? [])].join(", ");
  return {
    ...three(`a certificate for ${listed || "no name"} and the host ${host}`, expected, { dns: [], ...names }),
    host,
  };
}

function constrained(what: string, expected: ChainCase["expected"], rule: RawExtension, names: Change = {}): ChainCase {
  return three(`name constraints: ${what}`, expected, names, { extensions: [rule] });
}

const dns = (name: string) => [0x82, name] as const;
const ip = (...bytes: number[]) => [0x87, bytes] as const;
const email = (name: string) => [0x81, name] as const;
const uri = (name: string) => [0x86, name] as const;
const UNKNOWN: RawExtension = { oid: "1.2.3.4", critical: true, value: derOf(0x05) };

/** One case for each rule of Go's crypto/x509. */
export const CHAIN_CASES: readonly ChainCase[] = [
  three("root, intermediate, leaf", "ok", {}),
  { ...three("the intermediate is missing", "unknown-authority", {}), served: "l" },
  { ...three("the intermediate is not served, but trusted", "ok", {}), served: "l", anchors: "m" },
  { ...three("the leaf itself is trusted", "ok", {}), served: "l", anchors: "l" },
  {
    ...three("the leaf itself is trusted, but the host differs", "wrong-host", {}),
    served: "l",
    anchors: "l",
    host: "a.example",
  },
  { ...three("the root is served too", "ok", {}), served: "lmr" },
  { ...three("the intermediate and the root are served in the wrong order and twice", "ok", {}), served: "lrmrm" },
  { ...three("the intermediate is served first", "wrong-host", {}), served: "ml" },
  { ...three("nothing is served", "no-certificate", {}), served: "" },
  { ...three("nothing is trusted", "no-anchors", {}), anchors: "" },
  {
    ...three("another root of the same name is trusted", "bad-signature", {}),
    certificates: { l: LEAF, m: MIDDLE, r: { ...ROOT, key: "p256-c" } },
  },
  {
    what: "two roots of one name are trusted, and one of them signed the chain",
    certificates: { l: LEAF, m: MIDDLE, r: ROOT, s: { ...ROOT, key: "p256-c" } },
    served: "lm",
    anchors: "sr",
    expected: "ok",
  },
  {
    what: "the intermediate is cross-signed, and only the other root is trusted",
    certificates: {
      l: LEAF,
      m: MIDDLE,
      c: { ...MIDDLE, issuer: "CN=Old", signedBy: "p384" },
      o: { ...ROOT, subject: "CN=Old", key: "p384" },
    },
    served: "lmc",
    anchors: "o",
    expected: "ok",
  },
  {
    what: "the root is trusted and also cross-signed by a certificate that expired",
    certificates: {
      l: LEAF,
      m: MIDDLE,
      x: { ...ROOT, issuer: "CN=Old", signedBy: "p384", notAfter: NOW - DAY },
      r: ROOT,
    },
    served: "lmx",
    anchors: "r",
    expected: "ok",
  },
  {
    what: "two CAs sign each other, and neither is trusted",
    certificates: {
      l: LEAF,
      m: { ...MIDDLE, issuer: "CN=Other", signedBy: "p384" },
      n: { ...MIDDLE, subject: "CN=Other", key: "p384", issuer: "CN=Middle", signedBy: "rsa" },
      r: ROOT,
    },
    served: "lmnmn",
    anchors: "r",
    expected: "unknown-authority",
  },
  three("the leaf expired", "expired", { notAfter: NOW - 1000 }),
  { ...three("the leaf expires now", "ok", { notAfter: NOW }), now: NOW },
  { ...three("the leaf expired one millisecond ago", "expired", { notAfter: NOW }), now: NOW + 1 },
  three("the leaf is not yet valid", "not-yet-valid", { notBefore: NOW + 1000 }),
  three("the intermediate expired", "expired", {}, { notAfter: NOW - DAY }),
  three("the root expired", "expired", {}, {}, { notAfter: NOW - DAY }),
  three("the root is not yet valid", "not-yet-valid", {}, {}, { notBefore: NOW + DAY }),
  withHost("hook.example", { dns: ["other.example"] }, "wrong-host"),
  withHost("hook.example", { dns: [] }, "wrong-host"),
  withHost("HOOK.example", { dns: ["hook.EXAMPLE"] }, "ok"),
  withHost("hook.example.", { dns: ["hook.example"] }, "ok"),
  withHost("hook.example", { dns: ["hook.example."] }, "wrong-host"),
  withHost("hook.example", { dns: ["*.example"] }, "ok"),
  withHost("a.hook.example", { dns: ["*.example"] }, "wrong-host"),
  withHost("hook.example", { dns: ["*"] }, "wrong-host"),
  withHost("hook", { dns: ["*"] }, "wrong-host"),
  withHost("hook.example", { dns: ["h*.example"] }, "wrong-host"),
  withHost("a.hook.example", { dns: ["a.*.example"] }, "wrong-host"),
  withHost("*.example", { dns: ["*.example"] }, "ok"),
  withHost("xn--bcher-kva.example", { dns: ["*.example"] }, "ok"),
  withHost("hook_1.example", { dns: ["hook_1.example"] }, "ok"),
  withHost("-hook.example", { dns: ["*.example"] }, "wrong-host"),
  withHost("10.1.2.3", { ip: ["10.1.2.3"] }, "ok"),
  withHost("10.1.2.3", { dns: ["10.1.2.3"] }, "wrong-host"),
  withHost("10.1.2.3", { ip: ["10.1.2.4"] }, "wrong-host"),
  withHost("::ffff:10.1.2.3", { ip: ["10.1.2.3"] }, "ok"),
  withHost("2001:db8::1", { ip: ["2001:db8::1"] }, "ok"),
  withHost("[2001:DB8:0::1]", { ip: ["2001:db8::1"] }, "ok"),
  withHost("fe80::1%eth0", { ip: ["fe80::1"] }, "wrong-host"),
  three("the intermediate is not a CA", "not-a-ca", {}, { ca: false }),
  three("the intermediate has no basic constraints", "not-a-ca", {}, { ca: undefined }),
  three("the root has no basic constraints", "not-a-ca", {}, {}, { ca: undefined }),
  three(
    "the key usage of the intermediate does not allow signing certificates",
    "not-a-ca",
    {},
    { keyUsage: KEY_USE.digitalSignature },
  ),
  three("neither CA has a key usage", "ok", {}, { keyUsage: undefined }, { keyUsage: undefined }),
  three("the root allows no intermediate, and there is one", "path-too-long", {}, {}, { pathLen: 0 }),
  three("the root allows one intermediate", "ok", {}, { pathLen: 0 }, { pathLen: 1 }),
  {
    what: "an intermediate that allows no intermediate has one below it",
    certificates: {
      l: { ...LEAF, issuer: "CN=Lower", signedBy: "p384" },
      n: { ...MIDDLE, subject: "CN=Lower", issuer: "CN=Middle", key: "p384", signedBy: "rsa" },
      m: { ...MIDDLE, pathLen: 0 },
      r: ROOT,
    },
    served: "lnm",
    anchors: "r",
    expected: "path-too-long",
  },
  three("the intermediate is only for client authentication", "wrong-usage", {}, { extKeyUsage: [CLIENT] }),
  three("the intermediate is for client and server authentication", "ok", {}, { extKeyUsage: [CLIENT, SERVER] }),
  three("the intermediate is for any usage", "ok", {}, { extKeyUsage: [ANY] }),
  three("the root is only for client authentication", "wrong-usage", {}, {}, { extKeyUsage: [CLIENT] }),
  three("the leaf is only for client authentication", "wrong-usage", { extKeyUsage: [CLIENT] }),
  three("the leaf has no extended key usage", "ok", { extKeyUsage: undefined }),
  three("the leaf has only an unknown extended key usage", "wrong-usage", { extKeyUsage: ["1.2.3.4"] }),
  three("the leaf has an unknown critical extension", "unknown-critical-extension", { extensions: [UNKNOWN] }),
  three(
    "the intermediate has an unknown critical extension",
    "unknown-critical-extension",
    {},
    { extensions: [UNKNOWN] },
  ),
  three("the root has an unknown critical extension", "unknown-critical-extension", {}, {}, { extensions: [UNKNOWN] }),
  three("the leaf has an unknown extension that is not critical", "ok", {
    extensions: [{ ...UNKNOWN, critical: false }],
  }),
  three("the leaf is signed with SHA-1", "weak-signature", { hash: "SHA-1" }),
  three(
    "the intermediate is signed with SHA-1",
    "weak-signature",
    {},
    { signedBy: "rsa-b", hash: "SHA-1" },
    { key: "rsa-b" },
  ),
  three(
    "the trusted root itself is signed with SHA-1",
    "ok",
    {},
    { signedBy: "rsa-b" },
    { key: "rsa-b", hash: "SHA-1" },
  ),
  three("the leaf is signed with RSA-PSS and SHA-256", "ok", { pss: true }),
  three("the leaf is signed with RSA-PSS and SHA-512", "ok", { pss: true, hash: "SHA-512" }),
  three("the leaf is signed with RSA-PSS and SHA-1", "unsupported-signature", { pss: true, hash: "SHA-1" }),
  three("the leaf is signed with PKCS #1 and SHA-384", "ok", { hash: "SHA-384" }),
  three("the intermediate has an RSA key of 1,024 bits", "ok", { signedBy: "rsa-1024" }, { key: "rsa-1024" }),
  three("the intermediate has an RSA key of 768 bits", "key-not-usable", { signedBy: "rsa-768" }, { key: "rsa-768" }),
  three("the intermediate has a P-384 key", "ok", { signedBy: "p384", hash: "SHA-384" }, { key: "p384" }),
  three("the intermediate has a P-521 key", "ok", { signedBy: "p521", hash: "SHA-512" }, { key: "p521" }),
  three("the intermediate has an Ed25519 key", "ok", { signedBy: "ed25519" }, { key: "ed25519" }),
  three("the leaf is signed by another RSA key", "bad-signature", { signedBy: "rsa-b" }),
  three("the leaf is signed by another kind of key", "bad-signature", { signedBy: "p384" }),
  three("no certificate has key identifiers", "ok", { keyIds: false }, { keyIds: false }, { keyIds: false }),
  {
    what: "the intermediate requires a check of policies, which Go makes and Postern does not",
    certificates: {
      l: { ...LEAF, extensions: [{ oid: "2.5.29.32", value: derOf(0x30, derOf(0x30, derOf(0x06, [0x2a, 3]))) }] },
      m: {
        ...MIDDLE,
        extensions: [
          { oid: "2.5.29.32", value: derOf(0x30, derOf(0x30, derOf(0x06, [0x2a, 3]))) },
          { oid: "2.5.29.36", critical: true, value: derOf(0x30, derOf(0x80, [0])) },
        ],
      },
      r: ROOT,
    },
    served: "lm",
    anchors: "r",
    expected: "needs-policies",
    goDisagrees: true,
  },
  constrained("the domain is permitted", "ok", nameConstraints([dns("example")], [])),
  constrained("another domain is permitted", "name-not-allowed", nameConstraints([dns("other")], [])),
  constrained(
    "the permitted domain ends inside a label of the name",
    "name-not-allowed",
    nameConstraints([dns("ook.example")], []),
  ),
  constrained("the domain is excluded", "name-not-allowed", nameConstraints([], [dns("EXAMPLE")])),
  constrained(
    "a permitted domain with a leading dot contains its subdomains",
    "ok",
    nameConstraints([dns(".example")], []),
  ),
  constrained(
    "a permitted domain with a leading dot does not contain itself",
    "name-not-allowed",
    nameConstraints([dns(".hook.example")], []),
  ),
  constrained("every domain is excluded", "name-not-allowed", nameConstraints([], [dns("")])),
  constrained("one name of two is not permitted", "name-not-allowed", nameConstraints([dns("example")], []), {
    dns: ["hook.example", "a.other"],
  }),
  {
    ...constrained(
      "a wildcard name includes an excluded domain",
      "name-not-allowed",
      nameConstraints([], [dns("a.example")]),
      {
        dns: ["*.example"],
      },
    ),
  },
  constrained(
    "a permitted address range does not limit DNS names",
    "ok",
    nameConstraints([ip(10, 0, 0, 0, 255, 0, 0, 0)], []),
  ),
  constrained("the address is in the permitted range", "ok", nameConstraints([ip(10, 0, 0, 0, 255, 0, 0, 0)], []), {
    ip: ["10.1.2.3"],
  }),
  constrained(
    "the address is outside the permitted range",
    "name-not-allowed",
    nameConstraints([ip(10, 0, 0, 0, 255, 0, 0, 0)], []),
    {
      ip: ["11.1.2.3"],
    },
  ),
  constrained(
    "the address is in the excluded range",
    "name-not-allowed",
    nameConstraints([], [ip(10, 0, 0, 0, 255, 0, 0, 0)]),
    {
      ip: ["10.1.2.3"],
    },
  ),
  constrained(
    "an IPv6 address, and only an IPv4 range is permitted",
    "name-not-allowed",
    nameConstraints([ip(10, 0, 0, 0, 255, 0, 0, 0)], []),
    {
      ip: ["2001:db8::1"],
    },
  ),
  constrained("a mail address of the permitted domain", "ok", nameConstraints([email("example")], []), {
    email: ["a@example"],
  }),
  constrained("an excluded mail address", "name-not-allowed", nameConstraints([], [email("a@example")]), {
    email: ["a@EXAMPLE"],
  }),
  constrained("an excluded URI", "name-not-allowed", nameConstraints([], [uri(".example")]), {
    uri: ["https://a.example/x"],
  }),
  constrained("a permitted URI", "ok", nameConstraints([uri("a.example")], []), { uri: ["https://a.example:8443/x"] }),
  constrained("a URI without a host cannot be compared", "name-not-allowed", nameConstraints([dns("example")], []), {
    uri: ["urn:x:y"],
  }),
  constrained(
    "a critical constraint of a kind that Go does not read",
    "unknown-critical-extension",
    nameConstraints([[0xa4, "0\0"]], []),
  ),
  constrained("a constraint of a kind that Go does not read, not critical", "ok", {
    ...nameConstraints([[0xa4, "0\0"]], []),
    critical: false,
  }),
  three(
    "name constraints of the root do not permit the name",
    "name-not-allowed",
    {},
    {},
    { extensions: [nameConstraints([dns("other")], [])] },
  ),
  {
    what: "name constraints of a trusted leaf do not permit its own name",
    certificates: { l: { ...DIRECT, extensions: [nameConstraints([dns("other")], [])] } },
    served: "l",
    anchors: "l",
    expected: "ok",
  },
];
