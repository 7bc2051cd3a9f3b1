import { readFile } from "node:fs/promises";
import { parseBundle } from "../../trust/bundle.ts";
import { TrustError } from "../../trust/TrustError.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import { CliError } from "../terminal/CliError.ts";
import { readFault } from "../terminal/readFault.ts";

/** Roots to trust, and warnings about them. */
export interface CaBundle {
  readonly pem: string;
  /** SHA-256, in hexadecimal digits. */
  readonly fingerprints: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * The certificates of a PEM file as one bundle, without its other text. The API server accepts any bytes as `caBundle`,
 * and then trusts no server. So this throws {@link CliError} `bad-ca-bundle`, with the line, for text that is not a
 * certificate, for a private key, and for a file in which every certificate has expired. `place` is where the file was named.
 */
export async function readCaBundle(file: string, now: number, place = "--ca"): Promise<CaBundle> {
  const text = await readFile(file, "utf8").catch((error: unknown): never => {
    throw new CliError("bad-ca-bundle", `${place}: ${file}: ${readFault(error)}`, error);
  });
  const certificates = parse(text, file, place);
  if (certificates.every(({ notAfter }) => notAfter.getTime() < now))
    throw new CliError(
      "bad-ca-bundle",
      `${place}: ${file}: every certificate has expired; the API server would trust no server`,
    );
  return {
    pem: certificates.map(({ pem }) => pem).join(""),
    fingerprints: [...new Set(certificates.map(({ fingerprint }) => fingerprint))],
    warnings: certificates.flatMap((certificate, index) =>
      warningsAbout(certificate, now).map((warning) => `${file}: certificate ${index + 1} ${warning}`),
    ),
  };
}

function parse(text: string, file: string, place: string): readonly Certificate[] {
  try {
    return parseBundle(text, file);
  } catch (error) {
    if (error instanceof TrustError) throw new CliError("bad-ca-bundle", `${place}: ${error.message}`, error);
    throw error;
  }
}

function warningsAbout({ isCa, notBefore, notAfter }: Certificate, now: number): string[] {
  const day = (date: Date): string => date.toISOString().slice(0, 10);
  return [
    ...(notAfter.getTime() < now ? [`expired on ${day(notAfter)}`] : []),
    ...(notBefore.getTime() > now ? [`is not valid before ${day(notBefore)}`] : []),
    ...(isCa ? [] : ["is not a CA: it is trusted only when the server presents this certificate itself"]),
  ];
}
