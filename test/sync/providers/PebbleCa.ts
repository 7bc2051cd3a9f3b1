import "reflect-metadata";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { exportJWK, FlattenedSign, generateKeyPair, type JWK } from "jose";
import { callHttp, type HttpAnswer } from "../../../src/sync/callHttp.ts";
import { ChildService } from "../../cluster/ChildService.ts";
import { freePorts } from "../../cluster/freePorts.ts";
import { TestCa } from "../../cluster/TestCa.ts";

const BASE64URL = "base64url";
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** Whether there is a pebble: POSTERN_PEBBLE, or one on the PATH (Debian's package is `pebble`). */
export function pebbleBinary(): string | undefined {
  const { POSTERN_PEBBLE } = process.env;
  if (POSTERN_PEBBLE !== undefined) return POSTERN_PEBBLE;
  try {
    return execFileSync("sh", ["-c", "command -v pebble"], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}

/** The test CA of Let's Encrypt on loopback ports, and as much of an ACME client (RFC 8555) as one certificate takes. */
export class PebbleCa {
  /** The directory's URL. */
  readonly directory: string;
  /** Who vouches for the directory itself, in PEM. */
  readonly ca: string;
  readonly #service: ChildService;
  readonly #folder: string;
  readonly #account: { readonly key: CryptoKey; readonly jwk: JWK };
  #kid: string | undefined;
  #nonce = "";

  private constructor(
    directory: string,
    ca: string,
    service: ChildService,
    folder: string,
    account: { key: CryptoKey; jwk: JWK },
  ) {
    this.directory = directory;
    this.ca = ca;
    this.#service = service;
    this.#folder = folder;
    this.#account = account;
  }

  static async start(binary: string): Promise<PebbleCa> {
    const folder = await mkdtemp(join(tmpdir(), "postern-pebble-"));
    const ca = await TestCa.create("pebble's own");
    const { cert, key } = await ca.issue({ name: "pebble", hosts: ["127.0.0.1"] });
    const file = (name: string): string => join(folder, name);
    await Promise.all([writeFile(file("cert.pem"), cert), writeFile(file("key.pem"), key)]);
    const [port, management, http, tls] = await freePorts(4);
    const pebble = {
      listenAddress: `127.0.0.1:${port}`,
      managementListenAddress: `127.0.0.1:${management}`,
      certificate: file("cert.pem"),
      privateKey: file("key.pem"),
      httpPort: http,
      tlsPort: tls,
      ocspResponderURL: "",
      externalAccountBindingRequired: false,
      // Newer ones want profiles.
      profiles: { default: { description: "as ever", validityPeriod: 7_776_000 } },
    };
    await writeFile(file("config.json"), JSON.stringify({ pebble }));
    const service = new ChildService({
      name: "pebble",
      file: binary,
      args: ["-config", file("config.json")],
      env: { PEBBLE_VA_ALWAYS_VALID: "1", PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0" },
      logFile: file("log"),
    });
    const { privateKey, publicKey } = await generateKeyPair("ES256");
    const account = { key: privateKey, jwk: await exportJWK(publicKey) };
    const started = new PebbleCa(`https://127.0.0.1:${port}/dir`, ca.cert, service, folder, account);
    try {
      await service.waitUntil(
        () =>
          started.#get(started.directory).then(
            ({ status }) => status === 200,
            () => false,
          ),
        20_000,
      );
    } catch (error) {
      await started.stop();
      throw error;
    }
    return started;
  }

  /** The URLs of its directory. */
  async urls(): Promise<Readonly<Record<string, string>>> {
    return JSON.parse((await this.#get(this.directory)).text);
  }

  /** A certificate with its chain, and its key: ordered, proved (pebble is told to believe), and fetched. */
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

  async stop(): Promise<void> {
    await this.#service.stop();
    await rm(this.#folder, { recursive: true });
  }

  async #until(url: string, status: string): Promise<Readonly<Record<string, unknown>>> {
    for (let count = 0; count < 100; count += 1) {
      const body = JSON.parse((await this.#post(url)).text);
      if (body.status === status) return body;
      if (body.status === "invalid") throw new Error(JSON.stringify(body));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${url} did not become ${status}`);
  }

  /** POST as RFC 8555, section 6.2, has it; without a payload POST-as-GET. */
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
      timeout: 5_000,
      bytes: 100_000,
    });
    this.#nonce = answer.header("replay-nonce") ?? "";
    if (answer.status >= 300) throw new Error(`${url}: ${answer.status} ${answer.text}`);
    return answer;
  }

  #get(url: string): Promise<HttpAnswer> {
    return callHttp({ url, ca: this.ca, timeout: 5_000, bytes: 100_000 });
  }
}
