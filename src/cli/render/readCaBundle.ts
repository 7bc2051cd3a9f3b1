import { readFile } from "node:fs/promises";
import { parseBundle } from "../../trust/bundle.ts";
import { TrustError } from "../../trust/TrustError.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import { readFault } from "../manifests/findInputFiles.ts";
import { CliError } from "../terminal/CliError.ts";

/** Roots to trust, and what is doubtful about them: one text each. */
export interface CaBundle {
  readonly pem: string;
  readonly doubts: readonly string[];
}

/**
 * The certificates of a PEM file, one below the other, and nothing else of it. The API server takes any bytes for a
 * bundle, and then trusts nobody: so throws {@link CliError}, with the line, for what it would not read, for a key, and
 * where nothing in it is valid any more.
 */
export async function readCaBundle(file: string, now: number): Promise<CaBundle> {
  const text = await readFile(file, "utf8").catch((error: unknown): never => {
    throw new CliError("bad-ca-bundle", `--ca: ${file}: ${readFault(error)}`, error);
  });
  const certificates = parse(text, file);
  if (certificates.every(({ notAfter }) => notAfter.getTime() < now))
    throw new CliError("bad-ca-bundle", `--ca: ${file}: every certificate in it has expired; nothing would be trusted`);
  return {
    pem: certificates.map(({ pem }) => pem).join(""),
    doubts: certificates.flatMap((certificate, index) =>
      doubtsAbout(certificate, now).map((doubt) => `${file}: certificate ${index + 1} ${doubt}`),
    ),
  };
}

function parse(text: string, file: string): readonly Certificate[] {
  try {
    return parseBundle(text, file);
  } catch (error) {
    if (error instanceof TrustError) throw new CliError("bad-ca-bundle", `--ca: ${error.message}`, error);
    throw error;
  }
}

function doubtsAbout({ isCa, notBefore, notAfter }: Certificate, now: number): string[] {
  const day = (date: Date): string => date.toISOString().slice(0, 10);
  return [
    ...(notAfter.getTime() < now ? [`expired on ${day(notAfter)}`] : []),
    ...(notBefore.getTime() > now ? [`is not valid before ${day(notBefore)}`] : []),
    ...(isCa ? [] : ["is no CA's: only a server that presents this very certificate would be trusted"]),
  ];
}
