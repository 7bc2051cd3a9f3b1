import type { VerificationCode } from "../../src/trust/verify/Verification.ts";
import { derOf } from "./derOf.ts";
import { type CertificateSpec, DAY, KEY_USE, NOW, nameConstraints, type RawExtension } from "./makeCertificate.ts";

/** Certificates by letter, what of them is served and trusted, and what is to come of it. */
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
  /** Go says something else. Why is in `what`. */
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

/** Root (r), intermediate (m) and leaf (l), each with changes; r is trusted, l and m are served. */
function three(what: string, expected: ChainCase["expected"], l: Change, m: Change = {}, r: Change = {}): ChainCase {
  const certificates = { l: { ...LEAF, ...l }, m: { ...MIDDLE, ...m }, r: { ...ROOT, ...r } };
  return { what, certificates, served: "lm", anchors: "r", expected };
}

function withHost(host: string, names: Change, expected: ChainCase["expected"]): ChainCase {
  const listed = [...(names.dns ?? []), ...(names.ip ?? [])].join(", ");
  return {
    ...three(`a certificate for ${listed || "no name"}, asked for ${host}`, expected, { dns: [], ...names }),
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

/** The rules of Go's crypto/x509, one by one. */
export const CHAIN_CASES: readonly ChainCase[] = [
  three("root, intermediate, leaf", "ok", {}),
  { ...three("the intermediate is missing", "unknown-authority", {}), served: "l" },
  { ...three("the intermediate is missing, and is trusted itself", "ok", {}), served: "l", anchors: "m" },
  { ...three("the leaf itself is trusted", "ok", {}), served: "l", anchors: "l" },
  {
    ...three("the leaf itself is trusted, for another host", "wrong-host", {}),
    served: "l",
    anchors: "l",
    host: "a.example",
  },
  { ...three("the root is served too", "ok", {}), served: "lmr" },
  { ...three("in the wrong order, and twice", "ok", {}), served: "lrmrm" },
  { ...three("the intermediate first", "wrong-host", {}), served: "ml" },
  { ...three("nothing is served", "no-certificate", {}), served: "" },
  { ...three("nothing is trusted", "no-anchors", {}), anchors: "" },
  {
    ...three("another root of the same name is trusted", "bad-signature", {}),
    certificates: { l: LEAF, m: MIDDLE, r: { ...ROOT, key: "p256-c" } },
  },
  {
    what: "two roots of one name are trusted, one of them the right one",
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
    what: "the root is cross-signed by an old one, which expired; the root itself is trusted",
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
    what: "two authorities sign each other, and neither is trusted",
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
  { ...three("the very last moment of the leaf", "ok", { notAfter: NOW }), now: NOW },
  { ...three("a moment later", "expired", { notAfter: NOW }), now: NOW + 1 },
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
  three("the intermediate is no CA", "not-a-ca", {}, { ca: false }),
  three("the intermediate does not say that it is a CA", "not-a-ca", {}, { ca: undefined }),
  three("the root does not say that it is a CA", "not-a-ca", {}, {}, { ca: undefined }),
  three("the intermediate's key is not for certificates", "not-a-ca", {}, { keyUsage: KEY_USE.digitalSignature }),
  three("neither has a key usage", "ok", {}, { keyUsage: undefined }, { keyUsage: undefined }),
  three("no intermediate is allowed, and there is one", "path-too-long", {}, {}, { pathLen: 0 }),
  three("one intermediate is allowed", "ok", {}, { pathLen: 0 }, { pathLen: 1 }),
  {
    what: "an intermediate that allows none has one below it",
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
  three("the intermediate is for clients", "wrong-usage", {}, { extKeyUsage: [CLIENT] }),
  three("the intermediate is for servers", "ok", {}, { extKeyUsage: [CLIENT, SERVER] }),
  three("the intermediate is for anything", "ok", {}, { extKeyUsage: [ANY] }),
  three("the root is for clients", "wrong-usage", {}, {}, { extKeyUsage: [CLIENT] }),
  three("the leaf is for clients", "wrong-usage", { extKeyUsage: [CLIENT] }),
  three("the leaf says nothing of its use", "ok", { extKeyUsage: undefined }),
  three("the leaf is for something unknown", "wrong-usage", { extKeyUsage: ["1.2.3.4"] }),
  three("the leaf has an unknown critical extension", "unknown-critical-extension", { extensions: [UNKNOWN] }),
  three("the intermediate has one", "unknown-critical-extension", {}, { extensions: [UNKNOWN] }),
  three("the root has one", "unknown-critical-extension", {}, {}, { extensions: [UNKNOWN] }),
  three("an unknown extension that is not critical", "ok", { extensions: [{ ...UNKNOWN, critical: false }] }),
  three("signed with SHA-1", "weak-signature", { hash: "SHA-1" }),
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
  three("RSA-PSS, SHA-256", "ok", { pss: true }),
  three("RSA-PSS, SHA-512", "ok", { pss: true, hash: "SHA-512" }),
  three("RSA-PSS, SHA-1", "unsupported-signature", { pss: true, hash: "SHA-1" }),
  three("PKCS #1, SHA-384", "ok", { hash: "SHA-384" }),
  three("RSA of 1,024 bits", "ok", { signedBy: "rsa-1024" }, { key: "rsa-1024" }),
  three("RSA of 768 bits", "key-not-usable", { signedBy: "rsa-768" }, { key: "rsa-768" }),
  three("P-384", "ok", { signedBy: "p384", hash: "SHA-384" }, { key: "p384" }),
  three("P-521", "ok", { signedBy: "p521", hash: "SHA-512" }, { key: "p521" }),
  three("Ed25519", "ok", { signedBy: "ed25519" }, { key: "ed25519" }),
  three("signed by another key", "bad-signature", { signedBy: "rsa-b" }),
  three("signed by another kind of key", "bad-signature", { signedBy: "p384" }),
  three("key identifiers are missing", "ok", { keyIds: false }, { keyIds: false }, { keyIds: false }),
  {
    what: "policies are demanded, which Go checks and Postern does not: it says no",
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
  constrained("half a label is no domain", "name-not-allowed", nameConstraints([dns("ook.example")], [])),
  constrained("the domain is excluded", "name-not-allowed", nameConstraints([], [dns("EXAMPLE")])),
  constrained("a leading dot permits what is below", "ok", nameConstraints([dns(".example")], [])),
  constrained(
    "a leading dot does not permit the domain",
    "name-not-allowed",
    nameConstraints([dns(".hook.example")], []),
  ),
  constrained("everything is excluded", "name-not-allowed", nameConstraints([], [dns("")])),
  constrained("one name of two is not permitted", "name-not-allowed", nameConstraints([dns("example")], []), {
    dns: ["hook.example", "a.other"],
  }),
  {
    ...constrained(
      "a wildcard may stand for an excluded name",
      "name-not-allowed",
      nameConstraints([], [dns("a.example")]),
      {
        dns: ["*.example"],
      },
    ),
  },
  constrained("addresses are another kind of name", "ok", nameConstraints([ip(10, 0, 0, 0, 255, 0, 0, 0)], [])),
  constrained("an address in a range", "ok", nameConstraints([ip(10, 0, 0, 0, 255, 0, 0, 0)], []), {
    ip: ["10.1.2.3"],
  }),
  constrained("an address out of it", "name-not-allowed", nameConstraints([ip(10, 0, 0, 0, 255, 0, 0, 0)], []), {
    ip: ["11.1.2.3"],
  }),
  constrained("an excluded address", "name-not-allowed", nameConstraints([], [ip(10, 0, 0, 0, 255, 0, 0, 0)]), {
    ip: ["10.1.2.3"],
  }),
  constrained(
    "IPv6 where IPv4 is permitted",
    "name-not-allowed",
    nameConstraints([ip(10, 0, 0, 0, 255, 0, 0, 0)], []),
    {
      ip: ["2001:db8::1"],
    },
  ),
  constrained("a mail address of the domain", "ok", nameConstraints([email("example")], []), { email: ["a@example"] }),
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
    "of a kind that is not read, and critical",
    "unknown-critical-extension",
    nameConstraints([[0xa4, "0\0"]], []),
  ),
  constrained("of a kind that is not read, not critical", "ok", {
    ...nameConstraints([[0xa4, "0\0"]], []),
    critical: false,
  }),
  three(
    "name constraints of the root count",
    "name-not-allowed",
    {},
    {},
    { extensions: [nameConstraints([dns("other")], [])] },
  ),
  {
    what: "name constraints of a trusted leaf do not",
    certificates: { l: { ...DIRECT, extensions: [nameConstraints([dns("other")], [])] } },
    served: "l",
    anchors: "l",
    expected: "ok",
  },
];
