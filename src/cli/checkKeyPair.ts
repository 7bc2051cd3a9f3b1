import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { CliError } from "./CliError.ts";
import { readFault } from "./findInputFiles.ts";

/** Checks the files of --cert and --key before they are served: OpenSSL's own words name no file. Throws {@link CliError}. */
export async function checkKeyPair(cert: string, key: string): Promise<void> {
  const chain = await read("--cert", cert);
  const certificate = parse("--cert", cert, "no certificate in PEM", () => new X509Certificate(chain));
  const pem = await read("--key", key);
  const privateKey = parse("--key", key, "no private key in PEM, or an encrypted one", () => createPrivateKey(pem));
  if (!certificate.checkPrivateKey(privateKey))
    throw new CliError("cannot-serve", `--key: ${key} is not the key of the first certificate in ${cert}`);
}

async function read(option: string, path: string): Promise<string> {
  try {
    return await readFile(path, "latin1");
  } catch (error) {
    throw new CliError("cannot-serve", `${option}: ${path}: ${readFault(error)}`, error);
  }
}

function parse<T>(option: string, path: string, fault: string, parsePem: () => T): T {
  try {
    return parsePem();
  } catch (error) {
    throw new CliError("cannot-serve", `${option}: ${path} is ${fault}`, error);
  }
}
