import { checkSignature } from "../../trust/verify/checkSignature.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { TlsFault } from "../TlsError.ts";
import type { LoadedPair } from "./LoadedPair.ts";

/**
 * The fault of a chain that is out of order, broken or incomplete; undefined for a good chain. The message does not name the
 * file.
 *
 * A server must send all certificates except the root (RFC 8446 4.4.2), and a leaf does not say whether its issuer is a
 * root. A single certificate is complete when it is self-signed, when one of `roots` or of the Secret's `ca.crt` signed it,
 * or when `allowLeafOnly` is set. The last certificate of a longer chain is assumed to be signed by a root; with `roots`,
 * `verifyPair` checks that.
 */
export function chainFault(
  { chain, leaf, ca }: Pick<LoadedPair, "chain" | "leaf" | "ca">,
  { roots = [], allowLeafOnly }: { readonly roots?: readonly Certificate[]; readonly allowLeafOnly: boolean },
): TlsFault | undefined {
  const weak = chain.find((it) => !isSelfIssued(it) && /^(?:SHA1|MD5)-/.test(it.signatureAlgorithm));
  if (weak !== undefined)
    return {
      code: "weak-signature",
      message: `${weak.subject.short} is signed with ${weak.signatureAlgorithm}, which clients refuse`,
    };
  for (const [at, child] of chain.entries()) {
    const parent = chain[at + 1];
    if (parent === undefined) break;
    const fault = linkFault(child, parent);
    if (fault === undefined) continue;
    const right = chain.findIndex((it, place) => place !== at && linkFault(child, it) === undefined);
    if (right >= 0)
      return {
        code: "wrong-order",
        message: `certificate ${at + 1} is signed by certificate ${right + 1}, which must follow it`,
      };
    return { code: "broken-chain", message: fault };
  }
  if (chain.length > 1 || allowLeafOnly || isSelfIssued(leaf)) return undefined;
  if ([...roots, ...ca].some((it) => linkFault(leaf, it) === undefined)) return undefined;
  return {
    code: "incomplete-chain",
    message: `${leaf.subject.short} is the only certificate, and ${leaf.issuer.short} signed it: add the intermediate after it; if the issuer is a private root, name its file in POSTERN_CA`,
  };
}

function linkFault(child: Certificate, parent: Certificate): string | undefined {
  if (child.issuer.raw !== parent.subject.raw)
    return `${child.subject.short} is signed by ${child.issuer.short}, but the next certificate is ${parent.subject.short}`;
  return checkSignature(child, parent)?.message;
}

function isSelfIssued({ subject, issuer }: Certificate): boolean {
  return subject.raw === issuer.raw;
}
