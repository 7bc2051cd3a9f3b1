import { readFile } from "node:fs/promises";
import { clientOfCertificate } from "../../hosts/certificate/clientOfCertificate.ts";
import { parseBundle } from "../../trust/bundle.ts";
import { TrustError } from "../../trust/TrustError.ts";
import { allowsClientAuth } from "../../trust/verify/allowsClientAuth.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import { CliError } from "../terminal/CliError.ts";
import { readFault } from "../terminal/readFault.ts";

/** What identifies the client of a certificate. */
export interface PinnedCertificate {
  /** RFC 4514; empty for a certificate that names its client in no subject. */
  readonly subject: string;
  /** SHA-256 of the DER, in lower-case hex. */
  readonly fingerprint: string;
  /** ISO 8601. */
  readonly notAfter: string;
  /** Why the gate would refuse it, one line each. */
  readonly notes: readonly string[];
}

/**
 * Reads the client certificate in a PEM file: the first one, which intermediates may follow. Throws {@link CliError}
 * `unreadable-input` for a file that cannot be read, with something else than certificates, or with a private key.
 */
export async function readClientCertificate(file: string, now: number): Promise<PinnedCertificate> {
  const text = await readFile(file, "utf8").catch((error: unknown): never => {
    throw new CliError("unreadable-input", `--certificate: ${file}: ${readFault(error)}`, error);
  });
  const leaf = leafOf(text, file);
  const { subject, fingerprint, notBeforeMs, notAfterMs } = clientOfCertificate(leaf);
  const faults = [
    ...(notAfterMs < now ? ["has expired"] : []),
    ...(notBeforeMs > now ? ["is not valid yet"] : []),
    ...(leaf.isCa ? ["is a CA: name the certificate that the API server presents"] : []),
    ...(allowsClientAuth(leaf, true)
      ? []
      : ["does not list the extended key usage clientAuth: Node and Lambda refuse it"]),
  ];
  const notAfter = new Date(notAfterMs).toISOString();
  return { subject, fingerprint, notAfter, notes: faults.map((fault) => `${file}: the certificate ${fault}`) };
}

function leafOf(text: string, file: string): Certificate {
  try {
    const [leaf] = parseBundle(text, file);
    if (leaf === undefined) throw new TrustError("empty-bundle", `${file}: no certificate in PEM`);
    return leaf;
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    const wrong = `${file}: has a private key; name the file with the certificate only, such as client.crt`;
    const fault = error.code === "private-key" ? wrong : error.message;
    throw new CliError("unreadable-input", `--certificate: ${fault}`, error);
  }
}
