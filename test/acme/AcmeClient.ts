import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { exportJWK, FlattenedSign, generateKeyPair, type JWK } from "jose";
import { callHttp, type HttpAnswer } from "../../src/http/callHttp.ts";
import { eventually } from "../run/eventually.ts";
import { patience } from "../run/speedFactor.ts";

/** Of one call to the CA. */
const TIMEOUT_MS = patience(5_000);
const BASE64URL = "base64url";
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** A minimal ACME client (RFC 8555) that orders one certificate, from a CA that accepts every challenge. */
export class AcmeClient {
  /** The directory's URL. */
  readonly directory: string;
  /** The root of the directory's certificate, in PEM. */
  readonly ca: string;
  readonly #account: { readonly key: CryptoKey; readonly jwk: JWK };
  #kid: string | undefined;
  #nonce = "";

  private constructor(directory: string, ca: string, account: { key: CryptoKey; jwk: JWK }) {
    this.directory = directory;
    this.ca = ca;
    this.#account = account;
  }

  /** Creates a client with a new account key. */
  static async create(directory: string, ca: string): Promise<AcmeClient> {
    const { privateKey, publicKey } = await generateKeyPair("ES256");
    return new AcmeClient(directory, ca, { key: privateKey, jwk: await exportJWK(publicKey) });
  }

  /** Reads the URLs in the directory. */
  async urls(): Promise<Readonly<Record<string, string>>> {
    return JSON.parse((await this.#get(this.directory)).text);
  }

  /** Orders a certificate. Resolves to the certificate with its chain and to its key, in PEM. */
  async issue(host: string): Promise<{ cert: string; key: string }> {
    const urls = await this.urls();
    this.#nonce = (await this.#get(urls.newNonce ?? "")).header("replay-nonce") ?? "";
    this.#kid = (await this.#post(urls.newAccount ?? "", { termsOfServiceAgreed: true })).header("location");
    const order = await this.#post(urls.newOrder ?? "", { identifiers: [{ type: "dns", value: host }] });
    const { authorizations, finalize } = JSON.parse(order.text);
    for (const url of authorizations) {
      const { challenges } = JSON.parse((await this.#post(url)).text);
      await this.#post(challenges[0].url, {});
      await this.#until(url, "valid");
    }
    const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
    const request = await x509.Pkcs10CertificateRequestGenerator.create({
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [new x509.SubjectAlternativeNameExtension([{ type: "dns", value: host }])],
    });
    await this.#post(finalize, { csr: Buffer.from(request.rawData).toString(BASE64URL) });
    const { certificate } = await this.#until(order.header("location") ?? "", "valid");
    const key = Buffer.from(await crypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
    return {
      cert: (await this.#post(String(certificate))).text,
      key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`,
    };
  }

  async #until(url: string, status: string): Promise<Readonly<Record<string, unknown>>> {
    return eventually(`${url} to become ${status}`, async () => {
      const body = JSON.parse((await this.#post(url)).text);
      if (body.status === "invalid") throw new Error(JSON.stringify(body));
      return body.status === status ? body : undefined;
    });
  }

  /** Sends a signed POST (RFC 8555, section 6.2), or a POST-as-GET without a payload. */
  async #post(url: string, payload?: object): Promise<HttpAnswer> {
    const { key, jwk } = this.#account;
    const bytes = new TextEncoder().encode(payload === undefined ? "" : JSON.stringify(payload));
    const who = this.#kid === undefined ? { jwk } : { kid: this.#kid };
    const body = await new FlattenedSign(bytes)
      .setProtectedHeader({ alg: "ES256", nonce: this.#nonce, url, ...who })
      .sign(key);
    const headers = { "content-type": "application/jose+json" };
    const answer = await callHttp({
      url,
      method: "POST",
      headers,
      body: JSON.stringify(body),
      ca: this.ca,
      timeoutMs: TIMEOUT_MS,
      maxBytes: 100_000,
    });
    this.#nonce = answer.header("replay-nonce") ?? "";
    if (answer.status >= 300) throw new Error(`${url}: ${answer.status} ${answer.text}`);
    return answer;
  }

  #get(url: string): Promise<HttpAnswer> {
    return callHttp({ url, ca: this.ca, timeoutMs: TIMEOUT_MS, maxBytes: 100_000 });
  }
}
