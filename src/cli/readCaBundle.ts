import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { CliError } from "./CliError.ts";
import { readFault } from "./findInputFiles.ts";

const BEGIN = /^-----BEGIN ([A-Z0-9 ]+)-----$/;

/** Roots to trust, and what is doubtful about them: one text for each certificate, with its line. */
export interface CaBundle {
  readonly pem: string;
  readonly doubts: readonly string[];
}

/**
 * The certificates of a PEM file, one below the other, and nothing else of it. The API server takes any bytes for a
 * bundle, and then trusts nobody: so throws {@link CliError}, with the line, for what is no certificate, for a key, and
 * where nothing in it is valid any more.
 */
export async function readCaBundle(file: string, now: number): Promise<CaBundle> {
  const text = await readFile(file, "utf8").catch((error: unknown): never => {
    throw new CliError("bad-ca-bundle", `--ca: ${file}: ${readFault(error)}`, error);
  });
  const lines = text.split(/\r?\n/).map((line) => line.trimEnd());
  const certificates: string[] = [];
  const doubts: string[] = [];
  let expired = 0;
  for (let at = 0; at < lines.length; at += 1) {
    const kind = BEGIN.exec(lines[at] ?? "")?.[1];
    if (kind === undefined) {
      if ((lines[at] ?? "").includes("-----")) throw fault(file, at, "has a PEM line outside of a certificate");
      continue;
    }
    if (kind.endsWith("PRIVATE KEY")) throw fault(file, at, "has a private key, which must not leave its owner");
    if (kind !== "CERTIFICATE") throw fault(file, at, `has a ${kind}; a bundle holds certificates`);
    const end = lines.findIndex((line, index) => index > at && line.includes("-----"));
    if (lines[end] !== "-----END CERTIFICATE-----")
      throw fault(file, at, "the certificate that begins here has no end");
    const pem = lines.slice(at, end + 1).join("\n");
    const certificate = read(file, at, pem);
    if (certificate.validToDate.getTime() < now) expired += 1;
    doubts.push(...doubtsAbout(certificate, now).map((doubt) => `${file}:${at + 1}: the certificate ${doubt}`));
    certificates.push(pem);
    at = end;
  }
  if (certificates.length === 0) throw new CliError("bad-ca-bundle", `--ca: ${file}: has no certificate in PEM`);
  if (expired === certificates.length)
    throw new CliError("bad-ca-bundle", `--ca: ${file}: every certificate in it has expired; nothing would be trusted`);
  return { pem: certificates.map((certificate) => `${certificate}\n`).join(""), doubts };
}

function doubtsAbout({ ca, validFromDate, validToDate }: X509Certificate, now: number): string[] {
  const day = (date: Date): string => date.toISOString().slice(0, 10);
  return [
    ...(validToDate.getTime() < now ? [`expired on ${day(validToDate)}`] : []),
    ...(validFromDate.getTime() > now ? [`is not valid before ${day(validFromDate)}`] : []),
    ...(ca ? [] : ["is no CA's: only a server that presents this very certificate would be trusted"]),
  ];
}

function read(file: string, at: number, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw fault(file, at, "the certificate that begins here cannot be read", error);
  }
}

function fault(file: string, at: number, message: string, cause?: unknown): CliError {
  return new CliError("bad-ca-bundle", `--ca: ${file}:${at + 1}: ${message}`, cause);
}
