import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { HandshakeObservation, TlsVersion } from "../../src/trust/probe/HandshakeObservation.ts";
import { handshake } from "../../src/trust/probe/handshake.ts";
import { freePorts } from "../cluster/ports/freePorts.ts";
import { eventually } from "../run/eventually.ts";
import { patience } from "../run/speedFactor.ts";

const run = promisify(execFile);
/** The limit of each wait, on the reference machine. */
const PATIENCE_MS = 10_000;

/** Handshakes that the configured protocols and keys may accept. */
const HANDSHAKES = [
  ["TLSv1.3", "ecdsa"],
  ["TLSv1.2", "rsa"],
  ["TLSv1.2", "ecdsa"],
] as const;

/** Options of an {@link NginxServer}. */
export interface NginxOptions {
  readonly binary: string;
  readonly cert: string;
  readonly key: string;
  /** Additional lines of the server block. */
  readonly more?: string;
  /** Additional lines of the http block. */
  readonly http?: string;
  /** Content of the location block. Default: a fixed answer. */
  readonly location?: string;
  /** Whether to enable h2. Default: no. */
  readonly isHttp2?: boolean;
}

/** A real nginx with two workers on a loopback port, in a temporary folder. */
export class NginxServer {
  readonly folder = mkdtempSync(join(tmpdir(), "postern-nginx-"));
  readonly pidFile = join(this.folder, "nginx.pid");
  readonly #options: NginxOptions;
  readonly #config = join(this.folder, "nginx.conf");
  port = 0;
  #child: ChildProcess | undefined;

  private constructor(options: NginxOptions) {
    this.#options = options;
  }

  /** Writes the configuration with a free port, without starting nginx. */
  static async create(options: NginxOptions): Promise<NginxServer> {
    const nginx = new NginxServer(options);
    const [port = 0] = await freePorts(1);
    nginx.port = port;
    nginx.#write();
    return nginx;
  }

  /** The command that reloads nginx. */
  get reloadCommand(): string {
    return [this.#options.binary, ...this.#reloadArgs].join(" ");
  }

  /** Triggers a reload. */
  async reload(): Promise<void> {
    await run(this.#options.binary, this.#reloadArgs, { timeout: patience(PATIENCE_MS) });
  }

  get #reloadArgs(): string[] {
    return ["-p", this.folder, "-c", this.#config, "-s", "reload"];
  }

  /** Starts nginx and waits until it serves. Otherwise stops it and throws. */
  async start(): Promise<void> {
    const args = ["-p", this.folder, "-c", this.#config, "-g", "daemon off;"];
    const child = spawn(this.#options.binary, args, { stdio: "ignore" });
    this.#child = child;
    const serves = async (): Promise<boolean | undefined> => {
      if (child.exitCode !== null || child.signalCode !== null) return false;
      for (const [version, key] of HANDSHAKES) if ((await this.handshake(version, key)).ok) return true;
      return undefined;
    };
    const done = await eventually("nginx to serve", serves, patience(PATIENCE_MS)).catch(() => false);
    if (done) return;
    await this.stop();
    throw new Error(`nginx does not serve: ${this.errors()}`);
  }

  /** Makes one handshake. */
  handshake(version: TlsVersion = "TLSv1.3", key: "ecdsa" | "rsa" = "ecdsa"): Promise<HandshakeObservation> {
    const target = {
      host: "hook.example",
      port: this.port,
      timeoutMs: patience(5_000),
      signal: new AbortController().signal,
    };
    return handshake(target, { address: "127.0.0.1", family: 4, version, key });
  }

  /** The serial number in a handshake. */
  async served(version: TlsVersion = "TLSv1.3", key: "ecdsa" | "rsa" = "ecdsa"): Promise<string> {
    const seen = await this.handshake(version, key);
    return seen.ok ? (seen.chain[0]?.serial ?? "") : `none: ${seen.message}`;
  }

  /** The number of reloads by the master process. */
  reloads(): number {
    return this.errors().match(/signal 1 \(SIGHUP\) received(?! from \d+, exiting)/g)?.length ?? 0;
  }

  errors(): string {
    try {
      return readFileSync(join(this.folder, "error.log"), "utf8");
    } catch {
      return "";
    }
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  }

  /** Sends SIGTERM without waiting. The workers end later. */
  kill(): void {
    this.#child?.kill("SIGTERM");
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #write(): void {
    const { cert, key, more = "", http = "", isHttp2 = false } = this.#options;
    const { location = 'return 200 "answered";' } = this.#options;
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
      (name) => `${name}_temp_path ${this.folder}/${name};`,
    );
    writeFileSync(
      this.#config,
      `${process.getuid?.() === 0 ? "user root;" : ""}
worker_processes 2;
pid ${this.pidFile};
error_log ${this.folder}/error.log notice;
events { worker_connections 1024; }
http {
  access_log off;
  ${temporary.join("\n  ")}
  ${http}
  server {
    listen 127.0.0.1:${this.port} ssl${isHttp2 ? " http2" : ""};
    ssl_certificate ${cert};
    ssl_certificate_key ${key};
    ${more.includes("ssl_protocols") ? "" : "ssl_protocols TLSv1.2 TLSv1.3;"}
    ${more}
    location / { ${location} }
  }
}
`,
    );
  }
}
