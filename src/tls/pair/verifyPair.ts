import { createSecureContext } from "node:tls";
import { allowsServerAuth } from "../../trust/verify/allowsServerAuth.ts";
import { checkCertificate } from "../../trust/verify/checkCertificate.ts";
import { matchesHost } from "../../trust/verify/matchesHost.ts";
import type { Refusal } from "../../trust/verify/Verification.ts";
import { MAX_RSA_BITS, verifyChain } from "../../trust/verify/verifyChain.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { TlsFault, TlsFaultCode } from "../TlsError.ts";
import { chainFault } from "./chainFault.ts";
import type { LoadedPair } from "./LoadedPair.ts";

/** What a pair is held to. */
export interface PairRules {
  /** Names and addresses that clients call. None: whatever name it has will do. */
  readonly hosts: readonly string[];
  /** Roots that clients trust: the chain has to lead to one of them. Without them it is judged by itself. */
  readonly roots?: readonly Certificate[];
  /** Whether a lone certificate whose issuer is not known may be served. */
  readonly allowLeafOnly: boolean;
}

/** NIST SP 800-57 part 1, and what public CAs have to keep to (CA/Browser Forum, 6.1.5). In bits. */
const MIN_RSA_BITS = 2048;
/** What Go's TLS client takes. In bits. */
const CURVES = ["P-256", "P-384", "P-521"];

/**
 * Whether a pair may be served; undefined when it may. The key is the first certificate's; the chain is in order and leads
 * to an issuer that clients can know; all of it is in its time, with no allowance; every host is named; usage and strength
 * are what an API server takes. `now` in milliseconds since 1970.
 */
export function verifyPair(pair: LoadedPair, rules: PairRules, now: number): TlsFault | undefined {
  const { leaf, paths } = pair;
  const fault = (code: TlsFaultCode, words: string): TlsFault => ({ code, message: `${paths.cert}: ${words}` });
  if (leaf.publicKeyFingerprint !== pair.keyFingerprint) return mismatch(pair);
  const broken = chainFault(pair, rules);
  if (broken !== undefined) return fault(broken.code, broken.message);
  const dated = pair.chain
    .map((it, at) => checkCertificate(it, placeOf(it, at), at - 1, now))
    .find((it) => it !== undefined);
  if (dated !== undefined) return fault(codeOf(dated), dated.message);
  const weak = weakness(pair.chain);
  if (weak !== undefined) return fault("weak-key", weak);
  if (!allowsServerAuth(pair.chain)) return fault("wrong-usage", "the certificate is not for authenticating servers");
  const names = [...leaf.sans.dns, ...leaf.sans.ip];
  if (names.length === 0) return fault("wrong-host", "no alternative names, and a common name does not count");
  const unnamed = rules.hosts.find((host) => !matchesHost(leaf, host));
  if (unnamed !== undefined)
    return fault("wrong-host", `the certificate is for ${names.slice(0, 10).join(", ")}, not for ${unnamed}`);
  return untrusted(pair, rules, now) ?? unusable(pair);
}

function mismatch({ chain, keyFingerprint, paths }: LoadedPair): TlsFault {
  const at = chain.findIndex((it) => it.publicKeyFingerprint === keyFingerprint);
  if (at > 0)
    return {
      code: "wrong-order",
      message: `${paths.cert}: the key is that of certificate ${at + 1}; it belongs first, its issuers after it`,
    };
  return {
    code: "key-mismatch",
    message: `${paths.key}: not the key of the first certificate in ${paths.cert}; replace both together`,
  };
}

function placeOf({ subject, issuer }: Certificate, at: number): "leaf" | "intermediate" | "anchor" {
  if (at === 0) return "leaf";
  return subject.raw === issuer.raw ? "anchor" : "intermediate";
}

function codeOf({ code }: Refusal): TlsFaultCode {
  return code === "expired" || code === "not-yet-valid" ? code : "broken-chain";
}

function weakness(chain: readonly Certificate[]): string | undefined {
  for (const { publicKey, subject } of chain) {
    if (publicKey.kind === "unknown") return `${subject.short} has a kind of key that API servers do not take`;
    if (publicKey.kind === "rsa" && (publicKey.bits < MIN_RSA_BITS || publicKey.bits > MAX_RSA_BITS))
      return `${subject.short} has an RSA key of ${publicKey.bits} bits; expected ${MIN_RSA_BITS} to ${MAX_RSA_BITS}`;
    if (publicKey.kind === "ecdsa" && !CURVES.includes(publicKey.curve))
      return `${subject.short} has a key on ${publicKey.curve}; expected ${CURVES.join(", ")}`;
  }
  return undefined;
}

function untrusted({ chain, leaf, paths }: LoadedPair, { roots, hosts }: PairRules, now: number): TlsFault | undefined {
  if (roots === undefined) return undefined;
  const host = hosts[0] ?? leaf.sans.dns[0]?.replace("*", "host") ?? leaf.sans.ip[0] ?? "";
  const verification = verifyChain({ served: chain, anchors: roots, host, now });
  if (verification.ok) return undefined;
  return { code: "untrusted", message: `${paths.cert}: clients would refuse it: ${verification.message}` };
}

/** Pairs that OpenSSL took. A context is some 100 KB outside of the heap, and polls are many. */
const usable = new WeakSet<LoadedPair>();

/** What OpenSSL would say at the swap; asked before it. */
function unusable(pair: LoadedPair): TlsFault | undefined {
  const { certPem, keyPem, paths } = pair;
  if (usable.has(pair)) return undefined;
  try {
    createSecureContext({ cert: certPem, key: keyPem, minVersion: "TLSv1.2" });
    usable.add(pair);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "no reason given";
    return { code: "unusable", message: `${paths.cert}, ${paths.key}: cannot be used together (${code})` };
  }
}
