import "reflect-metadata";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { CliError } from "../terminal/CliError.ts";
import { writeFileAtomically } from "../terminal/writeFileAtomically.ts";

/** The serving pair of `postern dev`, and the CA that clients must trust. All PEM. */
export interface LocalPair {
  readonly caPath: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 86_400_000;
/** Long, because a CA is created once and may be added to a keychain. */
const CA_DAYS = 3650;
/** The serving certificate is renewed at a third of its lifetime. */
const SERVING_DAYS = 90;
const RENEW_DAYS = 30;
/** Tolerance for clocks of other machines. */
const SKEW_MS = 3_600_000;

interface Issuer {
  readonly certificate: x509.X509Certificate;
  readonly key: CryptoKey;
}

/**
 * The local CA in `folder`, and a serving certificate for localhost, 127.0.0.1 and ::1 that it signed. Creates both
 * when they do not exist. Keys have mode 0600 and never leave the folder. Throws {@link CliError} `bad-local-ca` when
 * the folder contains anything else.
 */
export async function localCa(folder: string, now: () => number): Promise<LocalPair> {
  const file = (name: string): string => join(folder, name);
  await prepareFolder(folder);
  const ca =
    (await readIssuer(file("ca.pem"), file("ca-key.pem"))) ??
    (await createCa(file("ca.pem"), file("ca-key.pem"), now()));
  if (ca.certificate.getExtension(x509.BasicConstraintsExtension)?.ca !== true)
    throw new CliError("bad-local-ca", `${file("ca.pem")} is not a CA; delete ${folder} to create a new one`);
  if (ca.certificate.notAfter.getTime() < now() + RENEW_DAYS * DAY_MS)
    throw new CliError(
      "bad-local-ca",
      `${file("ca.pem")} expires on ${ca.certificate.notAfter.toISOString().slice(0, 10)}; delete ${folder} to create a new CA`,
    );
  const present = await readIssuer(file("localhost.pem"), file("localhost-key.pem")).catch(() => undefined);
  const fresh = present !== undefined && (await isFresh(present.certificate, ca, now()));
  if (!fresh) await createServing(file("localhost.pem"), file("localhost-key.pem"), ca, now());
  for (const name of ["ca-key.pem", "localhost-key.pem"]) await chmod(file(name), 0o600);
  return {
    caPath: file("ca.pem"),
    ca: ca.certificate.toString("pem"),
    cert: await readFile(file("localhost.pem"), "utf8"),
    key: await readFile(file("localhost-key.pem"), "utf8"),
  };
}

async function prepareFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    // Keys must not be committed to the project.
    await writeFile(join(folder, ".gitignore"), "*\n");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new CliError("bad-local-ca", `${folder} cannot be used as a folder for the local CA (${code})`, error);
  }
}

async function isFresh(certificate: x509.X509Certificate, ca: Issuer, now: number): Promise<boolean> {
  if (certificate.notAfter.getTime() < now + RENEW_DAYS * DAY_MS || certificate.notBefore.getTime() > now) return false;
  return certificate.verify({ publicKey: ca.certificate.publicKey, date: new Date(now) });
}

/** Undefined when neither file exists. Throws when only one exists, or the contents are not a pair. */
async function readIssuer(certPath: string, keyPath: string): Promise<Issuer | undefined> {
  const [cert, key] = await Promise.all([readIfPresent(certPath), readIfPresent(keyPath)]);
  if (cert === undefined && key === undefined) return undefined;
  try {
    if (!new X509Certificate(cert ?? "").checkPrivateKey(createPrivateKey(key ?? "")))
      throw new Error("the key belongs to another certificate");
    const certificate = new x509.X509Certificate(cert ?? "");
    const pkcs8 = x509.PemConverter.decodeFirst(key ?? "");
    return { certificate, key: await crypto.subtle.importKey("pkcs8", pkcs8, ALGORITHM, false, ["sign"]) };
  } catch (error) {
    throw new CliError(
      "bad-local-ca",
      `${certPath} and ${keyPath} are not a certificate and its key; delete both to create new ones`,
      error,
    );
  }
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new CliError("bad-local-ca", `${path} cannot be read`, error);
  }
}

async function createCa(certPath: string, keyPath: string, now: number): Promise<Issuer> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=postern dev ${new Date(now).toISOString().slice(0, 10)}`,
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(now - SKEW_MS),
    notAfter: new Date(now + CA_DAYS * DAY_MS),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await writePair(certPath, keyPath, certificate, keys.privateKey);
  return { certificate, key: keys.privateKey };
}

async function createServing(certPath: string, keyPath: string, ca: Issuer, now: number): Promise<void> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: "CN=localhost",
    issuer: ca.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: ca.key,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(now - SKEW_MS),
    notAfter: new Date(now + SERVING_DAYS * DAY_MS),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: "dns", value: "localhost" },
        { type: "ip", value: "127.0.0.1" },
        { type: "ip", value: "::1" },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(ca.certificate.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await writePair(certPath, keyPath, certificate, keys.privateKey);
}

async function writePair(
  certPath: string,
  keyPath: string,
  certificate: x509.X509Certificate,
  key: CryptoKey,
): Promise<void> {
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", key);
  // The key first: after an interruption, readIssuer reports the missing certificate.
  await writeFileAtomically(keyPath, `${x509.PemConverter.encode(pkcs8, "PRIVATE KEY")}\n`, 0o600);
  await writeFileAtomically(certPath, `${certificate.toString("pem")}\n`, 0o644);
}
