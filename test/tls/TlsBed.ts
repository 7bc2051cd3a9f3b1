import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { CertificateReloader } from "../../src/tls/CertificateReloader.ts";
import { type RunningServer, type ServerOptions, startServer } from "../../src/tls/server/startServer.ts";
import { TlsMetrics } from "../../src/tls/TlsMetrics.ts";
import type { TlsOptions } from "../../src/tls/TlsOptions.ts";
import { handshake } from "../../src/trust/probe/handshake.ts";
import { memoryLog } from "../gate/gateCall.ts";
import { patience } from "../run/speedFactor.ts";
import { NOW } from "../trust/makeCertificate.ts";
import { HOST } from "./testPki.ts";

const PATIENCE_MS = 20_000;

/** Options of a {@link TlsBed}. */
export type TlsBedOptions = Pick<TlsOptions, "main"> &
  Partial<TlsOptions> & { readonly fetch?: ServerOptions["fetch"]; readonly hostname?: string | undefined };

/** A real server on loopback with a `CertificateReloader`, and a clock that the test sets. */
export class TlsBed {
  readonly log = memoryLog();
  readonly metrics = new TlsMetrics();
  /** Milliseconds since 1970. */
  now = NOW;
  reloader!: CertificateReloader;
  server!: RunningServer;

  /** By default without regular polls: call {@link poll}. */
  static async start(given: TlsBedOptions): Promise<TlsBed> {
    const { fetch, hostname, ...options } = { hostname: "127.0.0.1", ...given };
    const bed = new TlsBed();
    bed.reloader = await CertificateReloader.load({
      rules: { hosts: [HOST], allowLeafOnly: false },
      pollMs: 3_600_000,
      drainMs: 200,
      log: bed.log,
      metrics: bed.metrics,
      now: () => bed.now,
      ...options,
    });
    bed.server = await startServer({
      fetch: fetch ?? (() => new Response("answered")),
      port: 0,
      ...(hostname === undefined ? {} : { hostname }),
      tls: bed.reloader.pair,
    });
    await bed.reloader.attach(bed.server).catch(async (error: unknown) => {
      await bed.stop();
      throw error;
    });
    await bed.settled();
    return bed;
  }

  /** Reads the files, and waits for the end of the rotation. */
  async poll(): Promise<void> {
    this.reloader.poll();
    await this.settled();
  }

  /** Resolves when no rotation is active, before another can start. */
  async settled(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const fail = (): void => reject(new Error(`the rotation stays in ${this.reloader.state.phase}`));
      timer = setTimeout(fail, patience(PATIENCE_MS));
    });
    await Promise.race([this.reloader.settled(), late]).finally(() => clearTimeout(timer));
  }

  /** The serial number in a handshake. */
  async served(version: "TLSv1.2" | "TLSv1.3" = "TLSv1.3", key: "ecdsa" | "rsa" = "ecdsa"): Promise<string> {
    const target = {
      host: HOST,
      port: this.server.port,
      timeoutMs: patience(5_000),
      signal: new AbortController().signal,
    };
    const seen = await handshake(target, { address: "127.0.0.1", family: 4, version, key });
    if (!seen.ok) throw new Error(`no handshake: ${seen.message}`);
    return seen.chain[0]?.serial ?? "";
  }

  /** A TLS connection, for tests that need more than a handshake. */
  async connect(options: ConnectionOptions = {}): Promise<TLSSocket> {
    const socket = connect({
      host: "127.0.0.1",
      port: this.server.port,
      servername: HOST,
      rejectUnauthorized: false,
      ALPNProtocols: ["http/1.1"],
      ...options,
    });
    await new Promise<void>((resolve, reject) => {
      socket.once("secureConnect", resolve);
      socket.once("error", reject);
    });
    return socket;
  }

  /** Logged faults of certificates that are not served. */
  reportedFaults(): readonly { code: unknown; fault: unknown; slot: unknown }[] {
    return this.log.lines
      .filter(({ message }) => message === "certificate not served" || message === "certificate not switched")
      .map(({ properties: { code, fault, slot } }) => ({ code, fault, slot }));
  }

  async stop(): Promise<void> {
    this.reloader.stop();
    await this.server.stop({ graceMs: 0 });
  }
}
