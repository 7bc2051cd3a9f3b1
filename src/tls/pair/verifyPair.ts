import { createSecureContext } from "node:tls";
import { allowsServerAuth } from "../../trust/verify/allowsServerAuth.ts";
import { checkCertificate } from "../../trust/verify/checkCertificate.ts";
import { matchesHost } from "../../trust/verify/matchesHost.ts";
import type { ChainFault } from "../../trust/verify/Verification.ts";
import { MAX_RSA_BITS, verifyChain } from "../../trust/verify/verifyChain.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { TlsFault, TlsFaultCode } from "../TlsError.ts";
import { chainFault } from "./chainFault.ts";
import type { LoadedPair } from "./LoadedPair.ts";

/** Rules for a pair. */
export interface PairRules {
  /** Names and addresses that clients use. Empty: every name in the certificate is accepted. */
  readonly hosts: readonly string[];
  /** Roots that clients trust. The chain must lead to one of them. Undefined: the chain is not checked against roots. */
  readonly roots?: readonly Certificate[];
  /** Whether a single certificate with an unknown issuer may be served. */
  readonly allowLeafOnly: boolean;
}

/** NIST SP 800-57 part 1; also required of public CAs (CA/Browser Forum, 6.1.5). */
const MIN_RSA_BITS = 2048;
/** The curves that Go's TLS client accepts. */
const CURVES = ["P-256", "P-384", "P-521"];

/**
 * The fault of a pair; undefined when it may be served. Checks the key, the order and completeness of the chain, its dates
 * (without tolerance), key strength, usage, names, the roots and OpenSSL's own rules. `now` in milliseconds since 1970.
 */
export function verifyPair(pair: LoadedPair, rules: PairRules, now: number): TlsFault | undefined {
  const { leaf, paths } = pair;
  const fault = (code: TlsFaultCode, words: string): TlsFault => ({ code, message: `${paths.cert}: ${words}` });
  if (leaf.publicKeyFingerprint !== pair.keyFingerprint) return keyMismatch(pair);
  const broken = chainFault(pair, rules);
  if (broken !== undefined) return fault(broken.code, broken.message);
  const dated = pair.chain
    .map((it, at) => checkCertificate(it, placeOf(it, at), at - 1, now))
    .find((it) => it !== undefined);
  if (dated !== undefined) return fault(codeOf(dated), dated.message);
  const weak = weakKey(pair.chain);
  if (weak !== undefined) return fault("weak-key", weak);
  if (!allowsServerAuth(pair.chain))
    return fault("wrong-usage", "the certificate does not allow server authentication");
  const names = [...leaf.sans.dns, ...leaf.sans.ip];
  if (names.length === 0)
    return fault("wrong-host", "the certificate has no subject alternative names; its common name is ignored");
  const unnamed = rules.hosts.find((host) => !matchesHost(leaf, host));
  if (unnamed !== undefined)
    return fault("wrong-host", `the certificate is for ${names.slice(0, 10).join(", ")}, not for ${unnamed}`);
  return trustFault(pair, rules, now) ?? opensslFault(pair);
}

function keyMismatch({ chain, keyFingerprint, paths }: LoadedPair): TlsFault {
  const at = chain.findIndex((it) => it.publicKeyFingerprint === keyFingerprint);
  if (at > 0)
    return {
      code: "wrong-order",
      message: `${paths.cert}: the key belongs to certificate ${at + 1}; put that certificate first, and its issuers after it`,
    };
  return {
    code: "key-mismatch",
    message: `${paths.key}: does not belong to the first certificate in ${paths.cert}; replace both files together`,
  };
}

function placeOf({ subject, issuer }: Certificate, at: number): "leaf" | "intermediate" | "anchor" {
  if (at === 0) return "leaf";
  return subject.raw === issuer.raw ? "anchor" : "intermediate";
}

function codeOf({ code }: ChainFault): TlsFaultCode {
  return code === "expired" || code === "not-yet-valid" ? code : "broken-chain";
}

function weakKey(chain: readonly Certificate[]): string | undefined {
  for (const { publicKey, subject } of chain) {
    if (publicKey.kind === "unknown") return `${subject.short} has a type of key that API servers do not accept`;
    if (publicKey.kind === "rsa" && (publicKey.bits < MIN_RSA_BITS || publicKey.bits > MAX_RSA_BITS))
      return `${subject.short} has an RSA key of ${publicKey.bits} bits; expected ${MIN_RSA_BITS} to ${MAX_RSA_BITS}`;
    if (publicKey.kind === "ecdsa" && !CURVES.includes(publicKey.curve))
      return `${subject.short} has a key on ${publicKey.curve}; expected ${CURVES.join(", ")}`;
  }
  return undefined;
}

function trustFault(
  { chain, leaf, paths }: LoadedPair,
  { roots, hosts }: PairRules,
  now: number,
): TlsFault | undefined {
  if (roots === undefined) return undefined;
  const host = hosts[0] ?? leaf.sans.dns[0]?.replace("*", "host") ?? leaf.sans.ip[0] ?? "";
  const verification = verifyChain({ served: chain, anchors: roots, host, now });
  if (verification.ok) return undefined;
  return { code: "untrusted", message: `${paths.cert}: clients would refuse it: ${verification.message}` };
}

/** Pairs that OpenSSL accepted. A context takes about 100 KB outside the heap, and polls are frequent. */
const accepted = new WeakSet<LoadedPair>();

/** Checks before the swap whether OpenSSL accepts the pair. */
function opensslFault(pair: LoadedPair): TlsFault | undefined {
  const { certPem, keyPem, paths } = pair;
  if (accepted.has(pair)) return undefined;
  try {
    createSecureContext({ cert: certPem, key: keyPem, minVersion: "TLSv1.2" });
    accepted.add(pair);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "no reason given";
    return { code: "unusable", message: `${paths.cert}, ${paths.key}: OpenSSL cannot use them together (${code})` };
  }
}
