import "reflect-metadata";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { chmod, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { CliError } from "../terminal/CliError.ts";
import { writeFileAtomically } from "../terminal/writeFileAtomically.ts";
import {
  createCa,
  createdAt,
  createServing,
  expiresSoon,
  type Issuer,
  importKey,
  isFresh,
  isLimitedTo,
  reissueCa,
} from "./Issuer.ts";
import { prepareFolder } from "./prepareFolder.ts";

/** From the creation of a CA to that of its files, which takes far less. */
const BIRTH_TOLERANCE_MS = 60_000;

/** The serving pair of `postern dev`, and the CA that clients must trust. All PEM. */
export interface LocalPair {
  readonly caPath: string;
  readonly ca: string;
  /** Whether this call created the CA. */
  readonly isNew: boolean;
  /** Whether this call issued the CA again, with its key, because the hosts are others. */
  readonly isReissued: boolean;
  /** When the CA was created, in ms since the epoch. */
  readonly caSince: number;
  readonly cert: string;
  readonly key: string;
  /** Doubts about the CA, one sentence each. */
  readonly doubts: readonly string[];
}

/**
 * The local CA in `folder`, and a serving certificate for localhost, 127.0.0.1, ::1 and `hosts` (DNS names and
 * addresses) that it signed. Creates both when they do not exist. For other hosts, both certificates are issued again,
 * and the CA keeps its key. Keys have mode 0600 and never leave the folder. Throws {@link CliError} `bad-local-ca` when
 * the folder contains anything else.
 */
export async function localCa(folder: string, hosts: readonly string[], now: () => number): Promise<LocalPair> {
  const file = (name: string): string => join(folder, name);
  const caPath = file("ca.pem");
  const doubts = await prepareFolder(folder);
  const present = await readIssuer(caPath, file("ca-key.pem"));
  if (present !== undefined) {
    checkCa(present.certificate, { folder, caPath, now: now() });
    doubts.push(...(await doubtsAboutOrigin(present.certificate, file("ca-key.pem"), folder)));
  }
  const ca = await caFor(present, hosts, now());
  if (present === undefined) await writePair(caPath, file("ca-key.pem"), ca);
  else if (ca !== present) await writeFileAtomically(caPath, `${ca.certificate.toString("pem")}\n`, 0o644);
  const serving = await readIssuer(file("localhost.pem"), file("localhost-key.pem")).catch(() => undefined);
  if (serving === undefined || !(await isFresh(serving.certificate, ca, hosts, now())))
    await writePair(file("localhost.pem"), file("localhost-key.pem"), await createServing(ca, hosts, now()));
  for (const name of ["ca-key.pem", "localhost-key.pem"]) await chmod(file(name), 0o600);
  return {
    caPath,
    ca: ca.certificate.toString("pem"),
    isNew: present === undefined,
    isReissued: present !== undefined && ca !== present,
    caSince: ca.certificate.notBefore.getTime(),
    cert: await readFile(file("localhost.pem"), "utf8"),
    key: await readFile(file("localhost-key.pem"), "utf8"),
    doubts,
  };
}

/** A CA that may only sign for these hosts: the present one when it is limited to them. */
function caFor(present: Issuer | undefined, hosts: readonly string[], now: number): Issuer | Promise<Issuer> {
  if (present === undefined) return createCa(hosts, now);
  return isLimitedTo(present.certificate, hosts) ? present : reissueCa(present, hosts);
}

function checkCa(
  certificate: x509.X509Certificate,
  { folder, caPath, now }: { readonly folder: string; readonly caPath: string; readonly now: number },
): void {
  if (certificate.getExtension(x509.BasicConstraintsExtension)?.ca !== true)
    throw new CliError("bad-local-ca", `${caPath} is not a CA; delete ${folder} to create a new one`);
  if (expiresSoon(certificate, now))
    throw new CliError(
      "bad-local-ca",
      `${caPath} expires on ${certificate.notAfter.toISOString().slice(0, 10)}; delete ${folder} to create a new CA`,
    );
}

/**
 * A key that came with a project, in an archive or past the check of git, has a file that is younger than its CA. File
 * systems without times of birth have 0.
 */
async function doubtsAboutOrigin(ca: x509.X509Certificate, keyPath: string, folder: string): Promise<string[]> {
  const { birthtimeMs } = await stat(keyPath);
  const created = createdAt(ca).getTime();
  if (birthtimeMs === 0 || Math.abs(birthtimeMs - created) <= BIRTH_TOLERANCE_MS) return [];
  const [file, own] = [birthtimeMs, created].map((time) => `${new Date(time).toISOString().slice(0, 16)}Z`);
  return [
    `${keyPath} is a file of ${file}, and its CA of ${own}: if you did not copy it here, others may know the key; delete ${folder}, and a new CA is created`,
  ];
}

/** Undefined when neither file exists. Throws when only one exists, or the contents are not a pair. */
async function readIssuer(certPath: string, keyPath: string): Promise<Issuer | undefined> {
  const [cert, key] = await Promise.all([readIfPresent(certPath), readIfPresent(keyPath)]);
  if (cert === undefined && key === undefined) return undefined;
  try {
    if (!new X509Certificate(cert ?? "").checkPrivateKey(createPrivateKey(key ?? "")))
      throw new Error("the key belongs to another certificate");
    return { certificate: new x509.X509Certificate(cert ?? ""), key: await importKey(key ?? "") };
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

async function writePair(certPath: string, keyPath: string, { certificate, key }: Issuer): Promise<void> {
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", key);
  // The key first: after an interruption, readIssuer reports the missing certificate.
  await writeFileAtomically(keyPath, `${x509.PemConverter.encode(pkcs8, "PRIVATE KEY")}\n`, 0o600);
  await writeFileAtomically(certPath, `${certificate.toString("pem")}\n`, 0o644);
}
