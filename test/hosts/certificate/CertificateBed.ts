import { rmSync } from "node:fs";
import type { OutgoingHttpHeaders } from "node:http";
import { connect as connectH2 } from "node:http2";
import { Agent, request } from "node:https";
import { NodeCertificates } from "../../../src/hosts/certificate/NodeCertificates.ts";
import { type CertificateEnv, readCertificateEnv } from "../../../src/hosts/certificate/readCertificateEnv.ts";
import { clientCertificate } from "../../../src/identity/certificate/clientCertificate.ts";
import { refused, type TierResult } from "../../../src/identity/Identity.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { type RunningServer, startServer } from "../../../src/tls/server/startServer.ts";
import { memoryLog } from "../../gate/gateCall.ts";
import { PairFolder } from "../../tls/PairFolder.ts";
import { makePair } from "../../tls/testPki.ts";
import { NOW } from "../../trust/makeCertificate.ts";
import type { ClientPair } from "./clientPki.ts";

/** The protocols of a gate. */
export const PROTOCOLS = [
  "http/1.1 over TLS 1.2",
  "http/1.1 over TLS 1.3",
  "h2 over TLS 1.2",
  "h2 over TLS 1.3",
] as const;

/** One of {@link PROTOCOLS}. */
export type Protocol = (typeof PROTOCOLS)[number];

/** How a test calls. */
export interface CallOptions {
  readonly pair?: ClientPair | undefined;
  readonly headers?: OutgoingHttpHeaders;
}

/** A header of a call of a cluster that the gate does not have: nobody asks for the certificate. */
export const UNKNOWN_CLUSTER = { "x-test-cluster": "unknown" } as const;

/** A connection that is kept open. */
export interface KeptConnection {
  /** Resolves to what the tier says. */
  call(headers?: OutgoingHttpHeaders): Promise<string>;
  /** Whether the server has ended it: with `Connection: close` in its last answer, or with GOAWAY. */
  isEnded(): boolean;
  close(): void;
}

/** A TLS server on loopback that identifies its callers by certificate, with a CA file and a clock that the test sets. */
export class CertificateBed {
  readonly log = memoryLog();
  readonly folder = new PairFolder();
  /** Milliseconds since 1970. */
  now = NOW;
  settings: JsonObject;
  certificates!: NodeCertificates;
  server!: RunningServer;

  private constructor(settings: JsonObject) {
    this.settings = settings;
  }

  /** `ca` is the content of the CA file. */
  static async start(ca: string, settings: JsonObject, env: CertificateEnv = {}): Promise<CertificateBed> {
    const bed = new CertificateBed(settings);
    bed.writeCa(ca);
    const caFile = `${bed.folder.path}/clients/ca.crt`;
    bed.certificates = await NodeCertificates.start(
      readCertificateEnv({ POSTERN_CLIENT_CA_FILE: caFile, ...env }, true),
      {
        log: bed.log,
        now: () => bed.now,
        pollMs: 20,
      },
    );
    bed.server = await startServer({
      port: 0,
      hostname: "127.0.0.1",
      tls: await makePair({ dns: ["localhost"] }),
      asksForCertificate: bed.certificates.isAsked,
      fetch: async (_, incoming) => {
        const isUnknown = incoming.headers["x-test-cluster"] === UNKNOWN_CLUSTER["x-test-cluster"];
        const result = isUnknown
          ? refused("unknown-cluster")
          : await bed.#identify(() => bed.certificates.of(incoming));
        const status = result.outcome === "accepted" ? 200 : 401;
        const address = bed.certificates.addressOf(incoming) ?? "";
        const response = new Response(textOf(result), { status, headers: { "x-address": address } });
        return bed.certificates.endRefused(incoming, response);
      },
    });
    return bed;
  }

  #identify(certificate: () => ReturnType<NodeCertificates["of"]>): TierResult | Promise<TierResult> {
    const host = { log: this.log, now: () => this.now, fetch, env: {}, hasRegistration: () => true };
    const tier = clientCertificate().start(host).forCluster("production", this.settings);
    const url = "https://localhost/c/production/validate";
    const call = { purpose: "validate", url, token: undefined, authorization: null, certificate } as const;
    return tier.identify({ ...call, isHostKnown: true, isKnownOnly: false });
  }

  /** Replaces the CA file in one step, as the kubelet does. */
  writeCa(pem: string): void {
    this.folder.swapVolume("clients", { "ca.crt": pem });
  }

  /** Calls over a connection of its own. Resolves to what the tier says. */
  async call(protocol: Protocol, { pair, headers }: CallOptions = {}): Promise<string> {
    const connection = this.keep(protocol, pair);
    try {
      return await connection.call(headers);
    } finally {
      connection.close();
    }
  }

  /** A connection for several calls. It is made by the first one. */
  keep(protocol: Protocol, pair?: ClientPair): KeptConnection {
    const version = protocol.endsWith("1.2") ? "TLSv1.2" : "TLSv1.3";
    const tls = { ...pair, minVersion: version, maxVersion: version, rejectUnauthorized: false } as const;
    return protocol.startsWith("h2") ? this.#keepH2(tls) : this.#keepH1(tls);
  }

  #keepH1(tls: object): KeptConnection {
    const agent = new Agent({ ...tls, keepAlive: true, maxSockets: 1 });
    let isEnded = false;
    const call = (headers: OutgoingHttpHeaders = {}): Promise<string> =>
      new Promise((resolve, reject) => {
        const { port } = this.server;
        const sent = request({ host: "127.0.0.1", servername: "localhost", port, agent, headers }, (response) => {
          let text = "";
          isEnded = response.headers.connection === "close";
          response.setEncoding("utf8").on("data", (part: string) => {
            text += part;
          });
          response.on("end", () => resolve(`${text}${addressIn(response.headers)}`));
        });
        sent.on("error", reject).end();
      });
    return { call, isEnded: () => isEnded, close: () => agent.destroy() };
  }

  #keepH2(tls: object): KeptConnection {
    const session = connectH2(`https://localhost:${this.server.port}`, { ...tls, host: "127.0.0.1" });
    session.on("error", () => undefined);
    const call = (headers: OutgoingHttpHeaders = {}): Promise<string> =>
      new Promise((resolve, reject) => {
        const stream = session.request({ ":path": "/", ...headers });
        let text = "";
        let address = "";
        stream.on("response", (received) => {
          address = addressIn(received);
        });
        stream.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        stream.on("end", () => resolve(`${text}${address}`));
        stream.on("error", reject).end();
      });
    return { call, isEnded: () => session.closed, close: () => session.close() };
  }

  async stop(): Promise<void> {
    this.certificates.stop();
    await this.server.stop({ graceMs: 0 });
    rmSync(this.folder.path, { recursive: true });
  }
}

function textOf(result: TierResult): string {
  if (result.outcome === "accepted") return `accepted ${result.identity.subject}`;
  return result.outcome === "refused" ? result.reason : "absent";
}

/** The address that the server saw, where it is not that of the connection. */
function addressIn(headers: Readonly<Record<string, unknown>>): string {
  const address = headers["x-address"];
  return address === "127.0.0.1" ? "" : ` from ${address}`;
}
