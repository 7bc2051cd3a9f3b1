import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { CliError } from "./CliError.ts";
import { readFault } from "./findInputFiles.ts";

const BEGIN = /^-----BEGIN ([A-Z0-9 ]+)-----$/;

/**
 * The certificates of a PEM file, one below the other, and nothing else of it. The API server takes any bytes for a
 * bundle, and then trusts nobody: so throws {@link CliError}, with the line, for what is no certificate, and for a key.
 */
export async function readCaBundle(file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch((error: unknown): never => {
    throw new CliError("bad-ca-bundle", `--ca: ${file}: ${readFault(error)}`, error);
  });
  const lines = text.split(/\r?\n/).map((line) => line.trimEnd());
  const certificates: string[] = [];
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
    certificates.push(checked(file, at, lines.slice(at, end + 1).join("\n")));
    at = end;
  }
  if (certificates.length === 0) throw new CliError("bad-ca-bundle", `--ca: ${file}: has no certificate in PEM`);
  return certificates.map((certificate) => `${certificate}\n`).join("");
}

function checked(file: string, at: number, pem: string): string {
  try {
    new X509Certificate(pem);
    return pem;
  } catch (error) {
    throw fault(file, at, "the certificate that begins here cannot be read", error);
  }
}

function fault(file: string, at: number, message: string, cause?: unknown): CliError {
  return new CliError("bad-ca-bundle", `--ca: ${file}:${at + 1}: ${message}`, cause);
}
