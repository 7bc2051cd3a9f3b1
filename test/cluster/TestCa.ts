import "reflect-metadata";
import { isIP } from "node:net";
import * as x509 from "@peculiar/x509";

/** A certificate and its key, in PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** The validity period of a certificate. */
export interface Validity {
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** Content of a certificate. By default it is valid from one minute ago for one day. */
export interface CertificateRequest extends Validity {
  /** Common name. For a client of an API server: the user name. */
  readonly name: string;
  /** Organisations. For a client of an API server: the user's groups. */
  readonly groups?: readonly string[];
  /** DNS names and IP addresses of a server. */
  readonly hosts?: readonly string[];
  /** Exportable keys. Default: a new ECDSA key pair on P-256. */
  readonly keys?: CryptoKeyPair;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** A certificate authority for tests. */
export class TestCa {
  /** The certificate of the CA, in PEM. */
  readonly cert: string;
  /** The intermediate certificates that a server sends after a leaf, in PEM. Without the root. */
  readonly #intermediates: string;
  readonly #certificate: x509.X509Certificate;
  readonly #keys: CryptoKeyPair;

  private constructor(certificate: x509.X509Certificate, keys: CryptoKeyPair, intermediates = "") {
    this.#certificate = certificate;
    this.#keys = keys;
    this.#intermediates = intermediates;
    this.cert = pemOf(certificate);
  }

  /** Creates a root. Default validity: from one minute ago for one day. */
  static async create(name: string, validity: Validity = {}): Promise<TestCa> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      name: [{ CN: [name] }],
      keys,
      signingAlgorithm: ALGORITHM,
      notBefore: validity.notBefore ?? new Date(Date.now() - MINUTE_MS),
      notAfter: validity.notAfter ?? new Date(Date.now() + DAY_MS),
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return new TestCa(certificate, keys);
  }

  /** Creates an intermediate CA below this one. Its leaves come with its certificate. */
  async intermediate(name: string): Promise<TestCa> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      subject: [{ CN: [name] }],
      issuer: this.#certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: ALGORITHM,
      notBefore: new Date(Date.now() - MINUTE_MS),
      notAfter: new Date(Date.now() + DAY_MS),
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(this.#certificate.publicKey),
      ],
    });
    return new TestCa(certificate, keys, `${pemOf(certificate)}${this.#intermediates}`);
  }

  /** Issues a server certificate for a request with `hosts`, and a client certificate for one without. */
  async issue(request: CertificateRequest): Promise<KeyPair> {
    const { name, groups = [], hosts = [], notBefore = new Date(Date.now() - MINUTE_MS) } = request;
    const keys = request.keys ?? (await newKeys());
    const usage = hosts.length > 0 ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth;
    const certificate = await x509.X509CertificateGenerator.create({
      subject: [...groups.map((group) => ({ O: [group] })), { CN: [name] }],
      issuer: this.#certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: ALGORITHM,
      notBefore,
      notAfter: request.notAfter ?? new Date(Date.now() + DAY_MS),
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
    return {
      cert: `${pemOf(certificate)}${this.#intermediates}`,
      key: `${x509.PemConverter.encode(pkcs8, "PRIVATE KEY")}\n`,
    };
  }
}

function pemOf(certificate: x509.X509Certificate): string {
  return `${certificate.toString("pem")}\n`;
}

function newKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}
