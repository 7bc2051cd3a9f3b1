import { createHash } from "node:crypto";
import { TrustError } from "./TrustError.ts";
import type { Certificate } from "./x509/Certificate.ts";
import { parseCertificate } from "./x509/parseCertificate.ts";

/** The hash of an empty bundle, with which the roots of the API server's own host are trusted. */
export const SYSTEM_TRUST = "system";

const BEGIN = /^-----BEGIN ([^-]*)-----$/;
const END = "-----END CERTIFICATE-----";
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Reads a PEM bundle, and refuses whatever the API server skips silently, misreads, or publishes to everybody who can read
 * a registration. Text between blocks is a comment. `name` is the file or object, for messages. Returns the certificates in
 * the order of the file, duplicates included; at least one. Throws {@link TrustError} with the line; no message repeats the
 * content of a block.
 */
export function parseBundle(pem: string, name: string): readonly Certificate[] {
  const certificates: Certificate[] = [];
  for (const part of readParts(pem)) {
    if (part.fault === undefined) {
      certificates.push(part.certificate);
      continue;
    }
    const line = part.line + 1;
    throw new TrustError(part.code, `${name}:${line}: ${part.fault}`, { line, cause: part.cause });
  }
  if (certificates.length === 0) throw new TrustError("empty-bundle", `${name}:1: no certificate in PEM`, { line: 1 });
  return certificates;
}

/**
 * The certificates of a bundle in use, as the API server reads it: whatever it cannot read is skipped (Go,
 * `x509.CertPool.AppendCertsFromPEM`). Never throws: a bundle that was written by hand can hold anything, and its readable
 * part can be the part that keeps the gate reachable.
 */
export function readableCertificates(bundle: string): readonly Certificate[] {
  return [...readParts(bundle)].flatMap((part) => part.certificate ?? []);
}

/**
 * A bundle as PEM; empty without certificates. See {@link distinctCertificates} for which are written, and in which order.
 * `comment` becomes the first line: it changes the bytes, and with them the API server's choice of connection, but not the
 * trust. Throws {@link TrustError} `bad-comment` for a comment that is not one line of printable ASCII, or that looks like
 * PEM.
 */
export function encodeBundle(certificates: readonly Certificate[], comment?: string): string {
  if (certificates.length === 0) return "";
  if (comment !== undefined && (!/^[ -~]*$/.test(comment) || comment.includes("-----")))
    throw new TrustError("bad-comment", "a comment is one line of printable ASCII without five dashes");
  const head = comment === undefined ? "" : `# ${comment}\n`;
  return `${head}${distinctCertificates(certificates)
    .map(({ pem }) => pem)
    .join("")}`;
}

/**
 * The hash of what a bundle trusts: `sha256:HEX` of its PEM form, or `system` for an empty bundle. Comments, order,
 * duplicates and line ends do not change it.
 */
export function trustHash(certificates: readonly Certificate[]): string {
  if (certificates.length === 0) return SYSTEM_TRUST;
  return `sha256:${createHash("sha256").update(encodeBundle(certificates)).digest("hex")}`;
}

/**
 * The certificates that stay when a bundle is written: one for each pair of public key and subject, ordered by key, subject
 * and fingerprint, so that the same set gives the same bytes. Of several with one key and subject, a certificate is dropped
 * only where another covers its validity with the same limits: that never breaks a chain.
 */
export function distinctCertificates(certificates: readonly Certificate[]): readonly Certificate[] {
  const different = [...new Map(certificates.map((it) => [it.fingerprint, it])).values()];
  const kept = different.filter((it) => !different.some((other) => replaces(other, it)));
  const order = (it: Certificate): string => `${it.publicKeyFingerprint} ${it.subject.raw} ${it.fingerprint}`;
  return kept.sort((left, right) => (order(left) < order(right) ? -1 : 1));
}

/** A block, or a fault at a line, counted from 0. A block that only the API server accepts has both. */
type BundlePart =
  | { readonly certificate: Certificate; readonly fault?: never }
  | {
      readonly certificate?: Certificate | undefined;
      readonly code: TrustError["code"];
      readonly fault: string;
      readonly line: number;
      readonly cause?: unknown;
    };

function* readParts(pem: string): Generator<BundlePart> {
  const lines = pem.split(/\r?\n/).map((line) => line.replace(/[ \t]+$/, ""));
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (line.includes("\ufeff"))
      yield { code: "byte-order-mark", fault: "a byte order mark, which hides the block after it", line: at };
    if (!line.includes("-----")) continue;
    const type = BEGIN.exec(line)?.[1];
    if (type === undefined) yield { ...strayDashes(line), line: at };
    else if (type !== "CERTIFICATE") yield { ...wrongBlock(type), line: at };
    else {
      let end = at + 1;
      while (end < lines.length && !lines[end]?.includes("-----")) end += 1;
      const last = lines[end];
      if (last !== undefined && isGlued(last)) yield { ...GLUED, line: end };
      else if (last !== END) yield { code: "unfinished-block", fault: "a block that does not end", line: at };
      else {
        yield readBlock(lines.slice(at + 1, end), at);
        at = end;
      }
    }
  }
}

function readBlock(body: readonly string[], line: number): BundlePart {
  if (body.some((it) => it.includes(":")))
    return { code: "pem-headers", fault: "a block with headers, which the API server skips silently", line };
  const given = body.join("");
  // As Go's encoding/pem does.
  const text = given.replace(/[ \t\r]+/g, "");
  const bytes = text !== "" && BASE64.test(text) ? Buffer.from(text, "base64") : undefined;
  const noBase64 = { code: "bad-base64", fault: "a block whose content is not base64", line } as const;
  if (bytes === undefined) return noBase64;
  try {
    const certificate = parseCertificate(bytes);
    // Only the one form that encodes these bytes is accepted from people.
    return bytes.toString("base64") === given ? { certificate } : { ...noBase64, certificate };
  } catch (cause) {
    const why = cause instanceof TrustError ? cause.message : "it cannot be read";
    return { code: "bad-certificate", fault: `a block that is no certificate: ${why}`, line, cause };
  }
}

interface BlockFault {
  readonly code: TrustError["code"];
  readonly fault: string;
}

const GLUED: BlockFault = {
  code: "glued-blocks",
  fault: "two blocks meet on one line; a newline belongs between them",
};

function isGlued(line: string): boolean {
  return line.includes("-----END") && line.includes("-----BEGIN");
}

function strayDashes(line: string): BlockFault {
  return isGlued(line) ? GLUED : { code: "stray-dashes", fault: "five dashes in a line that begins no block" };
}

function wrongBlock(type: string): BlockFault {
  if (/PRIVATE KEY/i.test(type))
    return { code: "private-key", fault: "a private key, which everybody who reads a registration would see" };
  if (type === "TRUSTED CERTIFICATE")
    return {
      code: "trusted-certificate",
      fault: "a TRUSTED CERTIFICATE, which is OpenSSL's own form and which the API server does not read",
    };
  return { code: "wrong-block", fault: "a block of another type; a bundle holds only certificates" };
}

/** Whether every chain that ends at `old` can end at `other` too, at any time. */
function replaces(other: Certificate, old: Certificate): boolean {
  if (other.fingerprint === old.fingerprint || limits(other) !== limits(old)) return false;
  const [from, until] = [
    old.notBefore.getTime() - other.notBefore.getTime(),
    other.notAfter.getTime() - old.notAfter.getTime(),
  ];
  if (from < 0 || until < 0) return false;
  return from > 0 || until > 0 || other.fingerprint < old.fingerprint;
}

/** A leaf is an anchor for itself alone, so that another of the same key does not do. */
function limits(it: Certificate): string {
  return JSON.stringify([
    it.isCa ? "" : it.fingerprint,
    it.publicKeyFingerprint,
    it.subject.raw,
    it.pathLen,
    it.keyUsage.length === 0 || it.keyUsage.includes("keyCertSign"),
    it.extKeyUsage.toSorted(),
    it.nameConstraints,
    it.unknownCritical,
  ]);
}
