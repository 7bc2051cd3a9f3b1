import "reflect-metadata";
import { isIP } from "node:net";
import * as x509 from "@peculiar/x509";

/** A certificate and its key, in PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** When a certificate is valid. */
export interface Validity {
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** Whom a certificate is for. By default it is valid from a minute ago for a day. */
export interface CertificateRequest extends Validity {
  /** Common name, which is the user's name for a client of an API server. */
  readonly name: string;
  /** Organisations, which are the user's groups for a client of an API server. */
  readonly groups?: readonly string[];
  /** DNS names and IP addresses of a server. */
  readonly hosts?: readonly string[];
  /** Of any kind that can be exported. Default: new ones, ECDSA on P-256. */
  readonly keys?: CryptoKeyPair;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const MINUTE = 60_000;
const DAY = 86_400_000;

/** A certificate authority of the tests' own: nothing trusts it but who is handed its certificate. */
export class TestCa {
  /** Its own certificate, in PEM. */
  readonly cert: string;
  /** What servers send below its leaves: its own certificate and those above it, but for the root's. In PEM. */
  readonly #sent: string;
  readonly #certificate: x509.X509Certificate;
  readonly #keys: CryptoKeyPair;

  private constructor(certificate: x509.X509Certificate, keys: CryptoKeyPair, sent = "") {
    this.#certificate = certificate;
    this.#keys = keys;
    this.#sent = sent;
    this.cert = pemOf(certificate);
  }

  /** Valid from a minute ago for a day, unless told otherwise. */
  static async create(name: string, validity: Validity = {}): Promise<TestCa> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      name: [{ CN: [name] }],
      keys,
      signingAlgorithm: ALGORITHM,
      notBefore: validity.notBefore ?? new Date(Date.now() - MINUTE),
      notAfter: validity.notAfter ?? new Date(Date.now() + DAY),
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return new TestCa(certificate, keys);
  }

  /** An authority below this one. Its leaves come with its certificate. */
  async intermediate(name: string): Promise<TestCa> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      subject: [{ CN: [name] }],
      issuer: this.#certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: ALGORITHM,
      notBefore: new Date(Date.now() - MINUTE),
      notAfter: new Date(Date.now() + DAY),
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(this.#certificate.publicKey),
      ],
    });
    return new TestCa(certificate, keys, `${pemOf(certificate)}${this.#sent}`);
  }

  /** A leaf: for a server where it has `hosts`, for a client where it has none. */
  async issue(request: CertificateRequest): Promise<KeyPair> {
    const { name, groups = [], hosts = [], notBefore = new Date(Date.now() - MINUTE) } = request;
    const keys = request.keys ?? (await newKeys());
    const usage = hosts.length > 0 ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth;
    const certificate = await x509.X509CertificateGenerator.create({
      subject: [...groups.map((group) => ({ O: [group] })), { CN: [name] }],
      issuer: this.#certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: ALGORITHM,
      notBefore,
      notAfter: request.notAfter ?? new Date(Date.now() + DAY),
      extensions: [
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([usage]),
        ...(hosts.length === 0
          ? []
          : [
              new x509.SubjectAlternativeNameExtension(
                hosts.map((value) => ({ type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const), value })),
              ),
            ]),
        await x509.AuthorityKeyIdentifierExtension.create(this.#certificate.publicKey),
      ],
    });
    const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
    return { cert: `${pemOf(certificate)}${this.#sent}`, key: `${x509.PemConverter.encode(pkcs8, "PRIVATE KEY")}\n` };
  }
}

function pemOf(certificate: x509.X509Certificate): string {
  return `${certificate.toString("pem")}\n`;
}

function newKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}
