import { checkSignature } from "../../trust/verify/checkSignature.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { TlsFault } from "../TlsError.ts";
import type { LoadedPair } from "./LoadedPair.ts";

/**
 * Whether a chain is in order, each certificate signed by the next, and complete; undefined when it is. The message leaves
 * the file out.
 *
 * A server has to send all but the root (RFC 8446 4.4.2), and nothing in a leaf says whether the issuer is a root. So one
 * certificate alone is complete when it is self-signed, when one of `roots` or of the Secret's `ca.crt` signed it, or when
 * the user says so. Of a chain that ends in an intermediate, its end is taken to be signed by a root, unless `roots` are
 * there to tell.
 */
export function chainFault(
  { chain, leaf, ca }: Pick<LoadedPair, "chain" | "leaf" | "ca">,
  { roots = [], allowLeafOnly }: { readonly roots?: readonly Certificate[]; readonly allowLeafOnly: boolean },
): TlsFault | undefined {
  const weak = chain.find((it) => !isSelfIssued(it) && /^(?:SHA1|MD5)-/.test(it.signatureAlgorithm));
  if (weak !== undefined)
    return { code: "weak-signature", message: `${weak.subject.short} was signed with ${weak.signatureAlgorithm}` };
  for (const [at, child] of chain.entries()) {
    const parent = chain[at + 1];
    if (parent === undefined) break;
    const fault = linkFault(child, parent);
    if (fault === undefined) continue;
    const right = chain.findIndex((it, place) => place !== at && linkFault(child, it) === undefined);
    if (right >= 0)
      return {
        code: "wrong-order",
        message: `certificate ${at + 1} was signed by certificate ${right + 1}, which belongs right after it`,
      };
    return { code: "broken-chain", message: fault };
  }
  if (chain.length > 1 || allowLeafOnly || isSelfIssued(leaf)) return undefined;
  if ([...roots, ...ca].some((it) => linkFault(leaf, it) === undefined)) return undefined;
  return {
    code: "incomplete-chain",
    message: `${leaf.subject.short} stands alone, and ${leaf.issuer.short} signed it: add the intermediate after it, or, where that is a root of your own, name its file in POSTERN_CA`,
  };
}

function linkFault(child: Certificate, parent: Certificate): string | undefined {
  if (child.issuer.raw !== parent.subject.raw)
    return `${child.subject.short} was signed by ${child.issuer.short}; what follows it is ${parent.subject.short}`;
  return checkSignature(child, parent)?.message;
}

function isSelfIssued({ subject, issuer }: Certificate): boolean {
  return subject.raw === issuer.raw;
}
