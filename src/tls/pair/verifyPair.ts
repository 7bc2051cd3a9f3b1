import { Host } from "../../protocol/Host.ts";
import { hostMessage } from "../../trust/verify/hostMessage.ts";
import { matchesHost } from "../../trust/verify/matchesHost.ts";
import type { VerificationCode } from "../../trust/verify/Verification.ts";
import { MAX_RSA_BITS } from "../../trust/verify/verifyChain.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { TlsFault, TlsFaultCode } from "../TlsError.ts";
import { clientPath, hostOfLeaf, isWeaklySigned, linkFault, type PathRules, pathFault } from "./clientPath.ts";
import type { LoadedPair } from "./LoadedPair.ts";
import { opensslFault } from "./opensslFault.ts";

/** Rules for a pair. */
export interface PairRules extends PathRules {
  /** Names and addresses that clients use, in any spelling. Empty: every name in the certificate is accepted. */
  readonly hosts: readonly string[];
}

/** NIST SP 800-57 part 1; also required of public CAs (CA/Browser Forum, 6.1.5). */
const MIN_RSA_BITS = 2048;
/** The curves that Go's TLS client accepts. */
const CURVES = ["P-256", "P-384", "P-521"];

/**
 * The fault of a pair; undefined when it may be served. Checks the key, the path that clients take with its dates (without
 * tolerance), key strength, usage, names, the roots and OpenSSL's own rules. `now` in milliseconds since 1970.
 */
export function verifyPair(pair: LoadedPair, rules: PairRules, now: number): TlsFault | undefined {
  const { leaf, paths } = pair;
  const fault = (code: TlsFaultCode, words: string): TlsFault => ({ code, message: `${paths.cert}: ${words}` });
  if (leaf.publicKeyFingerprint !== pair.keyFingerprint) return keyMismatch(pair);
  if (hostOfLeaf(leaf) === undefined) return fault("wrong-host", noNameMessage(leaf));
  const verification = clientPath(pair, rules, now);
  if (!verification.ok) {
    const broken = pathFault(pair, rules, now);
    if (broken === undefined) return fault("untrusted", `clients would refuse it: ${verification.message}`);
    const { code, message } =
      broken.code === "unknown-authority" || broken.code === "no-anchors" ? missingIssuer(pair) : broken;
    return fault(FAULT_CODES[code], message);
  }
  const { path, anchor } = verification;
  // Without roots, the anchor is only assumed: clients have a root above it.
  if (rules.roots === undefined && path.length > 1 && isWeaklySigned(anchor))
    return fault(
      "weak-signature",
      `${anchor.subject.short} is signed with ${anchor.signatureAlgorithm}, which clients refuse`,
    );
  const weak = weakKey(path);
  if (weak !== undefined) return fault("weak-key", weak);
  const unusable = usageFault(leaf);
  if (unusable !== undefined) return fault("wrong-usage", unusable);
  // A URL spells each host in one way, and clients see only that one.
  const unnamed = rules.hosts.map((host) => new Host(host).inUrl).find((host) => !matchesHost(leaf, host));
  if (unnamed !== undefined) return fault("wrong-host", hostMessage(leaf, unnamed));
  return opensslFault(pair);
}

/** The codes of a chain's faults as those of a pair. `no-anchors` stands for a leaf whose issuer is not known. */
const FAULT_CODES: Readonly<Record<VerificationCode, TlsFaultCode>> = {
  expired: "expired",
  "not-yet-valid": "not-yet-valid",
  "weak-signature": "weak-signature",
  "wrong-usage": "wrong-usage",
  "key-not-usable": "weak-key",
  "wrong-host": "wrong-host",
  "no-host": "wrong-host",
  "no-anchors": "incomplete-chain",
  "no-certificate": "bad-certificate",
  "unknown-authority": "broken-chain",
  "unknown-critical-extension": "broken-chain",
  "not-a-ca": "broken-chain",
  "path-too-long": "broken-chain",
  "unsupported-signature": "broken-chain",
  "bad-signature": "broken-chain",
  "name-not-allowed": "broken-chain",
  "needs-policies": "broken-chain",
  "too-much-work": "broken-chain",
};

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

function missingIssuer({ chain: [leaf, next] }: Pick<LoadedPair, "chain">): {
  readonly code: VerificationCode;
  readonly message: string;
} {
  if (leaf !== undefined && next !== undefined)
    return { code: "unknown-authority", message: linkFault(leaf, next) ?? `${leaf.issuer.short} is missing` };
  return {
    code: "no-anchors",
    message: `${leaf?.subject.short} is the only certificate, and ${leaf?.issuer.short} signed it: add the intermediate after it; if the issuer is a private root, name its file in POSTERN_CA`,
  };
}

function noNameMessage(leaf: Certificate): string {
  const names = [...leaf.sans.dns, ...leaf.sans.ip];
  if (names.length === 0) return hostMessage(leaf, "");
  return `none of the certificate's names can be the host of a URL: ${names.slice(0, 10).join(", ")}`;
}

function weakKey(path: readonly Certificate[]): string | undefined {
  for (const { publicKey, subject } of path) {
    if (publicKey.kind === "unknown") return `${subject.short} has a type of key that API servers do not accept`;
    if (publicKey.kind === "rsa" && (publicKey.bits < MIN_RSA_BITS || publicKey.bits > MAX_RSA_BITS))
      return `${subject.short} has an RSA key of ${publicKey.bits} bits; expected ${MIN_RSA_BITS} to ${MAX_RSA_BITS}`;
    if (publicKey.kind === "ecdsa" && !CURVES.includes(publicKey.curve))
      return `${subject.short} has a key on ${publicKey.curve}; expected ${CURVES.join(", ")}`;
  }
  return undefined;
}

/**
 * The key of a server signs the handshake, so that a key usage must contain digitalSignature (RFC 8446, section 4.4.2.2).
 * OpenSSL holds ECDSA and Ed25519 keys to it in TLS 1.2 (RFC 8422, section 5.3), and RSA keys not at all.
 */
function usageFault({ publicKey, keyUsage, subject }: Certificate): string | undefined {
  if (publicKey.kind === "rsa" || keyUsage.length === 0 || keyUsage.includes("digitalSignature")) return undefined;
  return `the key usage of ${subject.short} is only ${keyUsage.join(", ")}: clients refuse it in TLS 1.2; issue it with digitalSignature`;
}
