import type { TrustBundle } from "./TrustBundle.ts";
import { TrustError } from "./TrustError.ts";
import type { Certificate } from "./x509/Certificate.ts";
import { parseCertificate } from "./x509/parseCertificate.ts";

const BEGIN = /^-----BEGIN ([^-]*)-----$/;
const END = "-----END CERTIFICATE-----";
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Reads a PEM bundle, and refuses whatever the API server would skip in silence, misread, or hand to everybody who can
 * read a registration. Text between blocks is a comment. `name` is the file or object, for messages. Throws
 * {@link TrustError} with the line; no message repeats what is in a block.
 */
export function parseBundle(pem: string, name: string): TrustBundle {
  const lines = pem.split(/\r?\n/).map((line) => line.replace(/[ \t]+$/, ""));
  const certificates: Certificate[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const fault = (
      code: TrustError["code"],
      problem: string,
      more: { index?: number; cause?: unknown } = {},
    ): TrustError => {
      const { index = at, cause } = more;
      return new TrustError(code, `${name}:${index + 1}: ${problem}`, { line: index + 1, cause });
    };
    if (line.includes("\ufeff")) throw fault("byte-order-mark", "a byte order mark, which hides the block after it");
    if (!line.includes("-----")) continue;
    const type = BEGIN.exec(line)?.[1];
    if (type === undefined) throw fault(...strayDashes(line));
    if (type !== "CERTIFICATE") throw fault(...wrongBlock(type));
    const length = lines.slice(at + 1).findIndex((it) => it.includes("-----"));
    const end = lines[at + 1 + length] ?? "";
    if (length >= 0 && isGlued(end)) throw fault(...GLUED, { index: at + 1 + length });
    if (length < 0 || end !== END) throw fault("unfinished-block", "a block that does not end");
    const body = lines.slice(at + 1, at + 1 + length);
    if (body.some((it) => it.includes(":")))
      throw fault("pem-headers", "a block with headers, which is skipped in silence");
    const der = decode(body.join(""));
    if (der === undefined) throw fault("bad-base64", "a block whose content is no base64");
    try {
      certificates.push(parseCertificate(der));
    } catch (error) {
      const why = error instanceof TrustError ? error.message : "it cannot be read";
      throw fault("bad-certificate", `a block that is no certificate: ${why}`, { cause: error });
    }
    at += length + 1;
  }
  if (certificates.length === 0) throw new TrustError("empty-bundle", `${name}:1: no certificate in PEM`, { line: 1 });
  return { certificates };
}

type Fault = [code: TrustError["code"], problem: string];

const GLUED: Fault = ["glued-blocks", "two blocks meet on one line; a newline belongs between them"];

function isGlued(line: string): boolean {
  return line.includes("-----END") && line.includes("-----BEGIN");
}

function strayDashes(line: string): Fault {
  return isGlued(line) ? GLUED : ["stray-dashes", "five dashes in a line that begins no block"];
}

function wrongBlock(type: string): Fault {
  if (/PRIVATE KEY/i.test(type))
    return ["private-key", "a private key, which everybody who reads a registration would see"];
  if (type === "TRUSTED CERTIFICATE")
    return ["trusted-certificate", "a TRUSTED CERTIFICATE, OpenSSL's own form, which the API server does not read"];
  return ["wrong-block", "a block of another type; a bundle holds certificates alone"];
}

/** Undefined unless it is base64 in the one form that encodes these bytes. */
function decode(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return text !== "" && BASE64.test(text) && bytes.toString("base64") === text ? bytes : undefined;
}
