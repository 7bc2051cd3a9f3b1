import type { Certificate } from "./Certificate.ts";

/** How many names are shown before the rest is counted. */
const SHOWN = 2;

/** A chain, leaf first, in one line for people: names, key, last day, and who signed whom. */
export function describeChain(certificates: readonly Certificate[]): string {
  const [leaf, ...above] = certificates;
  if (leaf === undefined) return "(no certificate)";
  const names = [...leaf.sans.dns, ...leaf.sans.ip];
  const shown = names.length === 0 ? leaf.subject.short : names.slice(0, SHOWN).join(", ");
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : "";
  const until = leaf.notAfter.toISOString().slice(0, 10);
  const issuers = above.map(({ subject }) => subject.short);
  // The last one's issuer is not part of the chain, but is whom to look for.
  const last = certificates.at(-1) ?? leaf;
  const end = last.subject.raw === last.issuer.raw ? [] : [`(${last.issuer.short})`];
  return `${shown}${more}, ${keyText(leaf)}, until ${until}${[...issuers, ...end].map((it) => ` <- ${it}`).join("")}`;
}

function keyText({ publicKey }: Certificate): string {
  switch (publicKey.kind) {
    case "rsa":
      return `RSA ${publicKey.bits}`;
    case "ecdsa":
      return `ECDSA ${publicKey.curve}`;
    case "ed25519":
      return "Ed25519";
    case "unknown":
      return `key ${publicKey.algorithm}`;
  }
}
