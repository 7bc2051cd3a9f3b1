import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { handshake } from "../../src/trust/probe/handshake.ts";
import type { Observation, TlsVersion } from "../../src/trust/probe/Observation.ts";
import { freePorts } from "../cluster/freePorts.ts";
import { eventually } from "../run/eventually.ts";
import { patience } from "../run/speedFactor.ts";

const run = promisify(execFile);
/** On the reference machine, in milliseconds. */
const PATIENCE = 10_000;

/** What it may be set to take. */
const LOOKS = [
  ["TLSv1.3", "ecdsa"],
  ["TLSv1.2", "rsa"],
  ["TLSv1.2", "ecdsa"],
] as const;

/** What a server of nginx is made with. */
export interface NginxOptions {
  readonly binary: string;
  readonly cert: string;
  readonly key: string;
  /** More lines for the server's block. */
  readonly more?: string;
  /** More lines for the block of http. */
  readonly http?: string;
  /** What it answers; default: a word of its own. */
  readonly location?: string;
  /** Whether it speaks h2 as well; default: no. */
  readonly isHttp2?: boolean;
}

/** A real nginx with two workers on a port of loopback, in a folder of its own. */
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

  /** Not started yet, with a port that is free. */
  static async create(options: NginxOptions): Promise<NginxServer> {
    const nginx = new NginxServer(options);
    const [port = 0] = await freePorts(1);
    nginx.port = port;
    nginx.#write();
    return nginx;
  }

  /** The command that has it reload. */
  get reloadCommand(): string {
    return [this.#options.binary, ...this.#reloadArgs].join(" ");
  }

  /** Has it reload, and resolves when it was told. */
  async reload(): Promise<void> {
    await run(this.#options.binary, this.#reloadArgs, { timeout: patience(PATIENCE) });
  }

  get #reloadArgs(): string[] {
    return ["-p", this.folder, "-c", this.#config, "-s", "reload"];
  }

  /** Resolves once it serves. Ends it, and throws, where it does not. */
  async start(): Promise<void> {
    const args = ["-p", this.folder, "-c", this.#config, "-g", "daemon off;"];
    const child = spawn(this.#options.binary, args, { stdio: "ignore" });
    this.#child = child;
    const serves = async (): Promise<boolean | undefined> => {
      if (child.exitCode !== null || child.signalCode !== null) return false;
      for (const [version, key] of LOOKS) if ((await this.look(version, key)).ok) return true;
      return undefined;
    };
    const done = await eventually("nginx to serve", serves, patience(PATIENCE)).catch(() => false);
    if (done) return;
    await this.stop();
    throw new Error(`nginx does not serve: ${this.errors()}`);
  }

  /** One handshake. */
  look(version: TlsVersion = "TLSv1.3", key: "ecdsa" | "rsa" = "ecdsa"): Promise<Observation> {
    const target = {
      host: "hook.example",
      port: this.port,
      timeoutMs: patience(5_000),
      signal: new AbortController().signal,
    };
    return handshake(target, { address: "127.0.0.1", family: 4, version, key });
  }

  /** The serial that a handshake brings. */
  async served(version: TlsVersion = "TLSv1.3", key: "ecdsa" | "rsa" = "ecdsa"): Promise<string> {
    const seen = await this.look(version, key);
    return seen.ok ? (seen.chain[0]?.serial ?? "") : `none: ${seen.message}`;
  }

  /** How often its master has reloaded. */
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

  /** At once. Its workers end when they notice. */
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
