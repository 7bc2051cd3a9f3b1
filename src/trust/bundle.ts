import { createHash } from "node:crypto";
import { withoutTrailing } from "../protocol/withoutTrailing.ts";
import { TrustError } from "./TrustError.ts";
import type { Certificate } from "./x509/Certificate.ts";
import { parseCertificate } from "./x509/parseCertificate.ts";
import { decodeBase64, readPemBlocks } from "./x509/readPemBlocks.ts";

/** The hash of an empty bundle. With it, the API server trusts the roots of its own host. */
export const SYSTEM_TRUST = "system";

const BEGIN = /^-----BEGIN ([^-]*)-----$/;
const END = "-----END CERTIFICATE-----";

/**
 * Parses a PEM bundle strictly. Refuses everything that the API server would skip without an error or misread, and
 * private keys, which registrations would publish. Text between blocks is a comment. `name` is the file or object, for
 * messages. Returns at least one certificate, in the order of the file, with duplicates. Throws {@link TrustError} with
 * the line. No message repeats the content of a block.
 */
export function parseBundle(pem: string, name: string): readonly Certificate[] {
  const fail = ({ code, fault, line: at, cause }: BundleFault): never => {
    const line = at + 1;
    throw new TrustError(code, `${name}:${line}: ${fault}`, { line, cause });
  };
  const lines: number[] = [];
  for (const part of readParts(pem)) {
    if ("code" in part) fail(part);
    else lines.push(part.line);
  }
  const blocks = [...readPemBlocks(pem)];
  if (blocks.length === 0) throw new TrustError("empty-bundle", `${name}:1: no certificate in PEM`, { line: 1 });
  return blocks.map(({ bytes }, index): Certificate => {
    const line = lines[index] ?? 0;
    try {
      return parseCertificate(bytes);
    } catch (cause) {
      const reason = cause instanceof TrustError ? cause.message : "it cannot be parsed";
      return fail({ code: "bad-certificate", fault: `a block that is not a certificate: ${reason}`, line, cause });
    }
  });
}

/**
 * The certificates that the API server reads from a stored bundle; it skips the rest (Go,
 * `x509.CertPool.AppendCertsFromPEM`). Never throws: a bundle that was written by hand can contain anything, and the
 * gate may depend on its readable part.
 */
export function readableCertificates(bundle: string): readonly Certificate[] {
  return [...readPemBlocks(bundle)].flatMap(({ type, hasHeaders, bytes }) => {
    if (type !== "CERTIFICATE" || hasHeaders) return [];
    try {
      return [parseCertificate(bytes)];
    } catch {
      return [];
    }
  });
}

/**
 * Encodes a bundle as PEM: the {@link distinctCertificates}, or an empty string without certificates. `comment` becomes
 * the first line. It does not change the trust, but it changes the bytes, so that the API server opens a new
 * connection. Throws {@link TrustError} `bad-comment` for a comment that is not one line of printable ASCII, or that
 * looks like PEM.
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
 * The hash of the certificates that a bundle trusts: `sha256:HEX` of its PEM form, or `system` for an empty bundle.
 * Comments, order, duplicates and line ends do not change it.
 */
export function trustHash(certificates: readonly Certificate[]): string {
  if (certificates.length === 0) return SYSTEM_TRUST;
  return `sha256:${createHash("sha256").update(encodeBundle(certificates)).digest("hex")}`;
}

/**
 * The certificates that are written to a bundle, ordered by public key, subject and fingerprint: the same set gives the
 * same bytes. Of several certificates with the same key and subject, one is dropped only if another one has the same
 * limits and covers its validity period. This never breaks a chain.
 */
export function distinctCertificates(certificates: readonly Certificate[]): readonly Certificate[] {
  const different = [...new Map(certificates.map((it) => [it.fingerprint, it])).values()];
  const named = Map.groupBy(different, (it) => `${it.publicKeyFingerprint} ${it.subject.raw}`);
  return [...named]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([, same]) =>
      same.length === 1
        ? same
        : [...Map.groupBy(same, limits).values()]
            .flatMap(longestOf)
            .sort((left, right) => (left.fingerprint < right.fingerprint ? -1 : 1)),
    );
}

/** A fault and its line, counted from 0. */
interface BundleFault {
  readonly code: TrustError["code"];
  readonly fault: string;
  readonly line: number;
  readonly cause?: unknown;
}

/** A block in its one canonical form, or a fault. Lines are counted from 0. */
type BundlePart = { readonly line: number } | BundleFault;

function* readParts(pem: string): Generator<BundlePart> {
  const lines = pem.split(/\r?\n/).map((line) => withoutTrailing(line, " \t"));
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (line.includes("\ufeff"))
      yield {
        code: "byte-order-mark",
        fault: "a byte order mark, which hides the next block from the API server",
        line: at,
      };
    if (!line.includes("-----")) continue;
    const type = BEGIN.exec(line)?.[1];
    if (type === undefined) yield { ...strayDashes(line), line: at };
    else if (type !== "CERTIFICATE") yield { ...wrongBlock(type), line: at };
    else {
      let end = at + 1;
      while (end < lines.length && !lines[end]?.includes("-----")) end += 1;
      const last = lines[end];
      if (last !== undefined && isGlued(last)) yield { ...GLUED, line: end };
      else if (last !== END) yield { code: "unfinished-block", fault: "a block without an end line", line: at };
      else {
        yield readBlock(lines.slice(at + 1, end), at);
        at = end;
      }
    }
  }
}

/** Checks the content of a block. Strict input has the canonical encoding of its bytes. */
function readBlock(body: readonly string[], line: number): BundlePart {
  if (body.some((it) => it.includes(":")))
    return { code: "pem-headers", fault: "a block with headers, which the API server skips without an error", line };
  const given = body.join("");
  const bytes = given === "" ? undefined : decodeBase64(given);
  if (bytes !== undefined && Buffer.from(bytes).toString("base64") === given) return { line };
  return { code: "bad-base64", fault: "a block whose content is not base64", line };
}

interface BlockFault {
  readonly code: TrustError["code"];
  readonly fault: string;
}

const GLUED: BlockFault = {
  code: "glued-blocks",
  fault: "two blocks on one line; insert a newline between them",
};

function isGlued(line: string): boolean {
  return line.includes("-----END") && line.includes("-----BEGIN");
}

function strayDashes(line: string): BlockFault {
  return isGlued(line) ? GLUED : { code: "stray-dashes", fault: "five dashes in a line that does not begin a block" };
}

function wrongBlock(type: string): BlockFault {
  if (/PRIVATE KEY/i.test(type))
    return { code: "private-key", fault: "a private key, which everybody who can read the registration would see" };
  if (type === "TRUSTED CERTIFICATE")
    return {
      code: "trusted-certificate",
      fault: "a TRUSTED CERTIFICATE, an OpenSSL format that the API server does not read",
    };
  return { code: "wrong-block", fault: "a block of another type; a bundle contains only certificates" };
}

/**
 * Those of certificates with the same limits whose validity period no other one covers: every chain that ends at a
 * dropped one can also end at the other, at any time. Takes one pass over the sorted list.
 */
function longestOf(same: readonly Certificate[]): readonly Certificate[] {
  let last = Number.NEGATIVE_INFINITY;
  return same
    .toSorted(
      (left, right) =>
        left.notBefore.getTime() - right.notBefore.getTime() ||
        right.notAfter.getTime() - left.notAfter.getTime() ||
        (left.fingerprint < right.fingerprint ? -1 : 1),
    )
    .filter(({ notAfter }) => {
      const isLonger = notAfter.getTime() > last;
      last = Math.max(last, notAfter.getTime());
      return isLonger;
    });
}

/** What limits the chains below an anchor. A leaf is an anchor only for itself, so its fingerprint counts too. */
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
