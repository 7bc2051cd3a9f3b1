import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PosternProcess } from "../../cli/PosternProcess.ts";
import { NginxServer } from "../../nginx/NginxServer.ts";
import { eventually } from "../../run/eventually.ts";
import { patience, scaled } from "../../run/speedFactor.ts";
import type { CertificateSpec } from "../../trust/makeCertificate.ts";
import { PairFolder } from "../PairFolder.ts";
import { HOST, makePair, type TestPair } from "../testPki.ts";

const HOUR_MS = 3_600_000;
/** The limit of each wait, on the reference machine. */
const PATIENCE_MS = 20_000;

/** A pair that is valid now, unless `spec` changes its dates. */
export function pairOfNow(spec: Partial<CertificateSpec> = {}): Promise<TestPair> {
  return makePair({ notBefore: Date.now() - HOUR_MS, notAfter: Date.now() + HOUR_MS, ...spec });
}

/** A value of POSTERN_TLS_POLL_SECONDS. A read is cheap, also on a slow machine. */
export function pollSeconds(): string {
  return String(Math.min(scaled(200), 1_000) / 1000);
}

/** Answers of the sidecar's metrics port. */
export interface SidecarStatus {
  /** HTTP status of /readyz. */
  readonly ready: number;
  readonly reason: string;
  readonly metrics: string;
}

/** Certificates in volumes, a real nginx, and `postern tls-sidecar` as a process. */
export class SidecarBed {
  readonly source = new PairFolder();
  readonly out: string;
  readonly nginx: NginxServer;
  /** Additional environment variables of the sidecar. */
  env: Readonly<Record<string, string>> = {};
  #args: readonly string[] = [];
  #sidecar: PosternProcess | undefined;

  private constructor(out: string, nginx: NginxServer) {
    this.out = out;
    this.nginx = nginx;
  }

  /** Starts nothing yet. `more` is added to nginx's server block. */
  static async create(binary: string, more = ""): Promise<SidecarBed> {
    const out = join(mkdtempSync(join(tmpdir(), "postern-sidecar-")), "tls");
    const nginx = await NginxServer.create({ binary, cert: join(out, "tls.crt"), key: join(out, "tls.key"), more });
    return new SidecarBed(out, nginx);
  }

  get sidecar(): PosternProcess {
    if (this.#sidecar === undefined) throw new Error("no sidecar was started");
    return this.#sidecar;
  }

  set sidecar(sidecar: PosternProcess) {
    this.#sidecar = sidecar;
  }

  /** Replaces the pair in a slot's volume in one step. */
  swap(slot: "main" | "standby", { cert, key }: Pick<TestPair, "cert" | "key">): void {
    this.source.swapVolume(slot, { "tls.crt": cert, "tls.key": key });
  }

  /** Options for the source and output paths. */
  get paths(): readonly string[] {
    const [main, standby] = [this.source.paths("main"), this.source.paths("standby")];
    return [
      ...["--cert", main.cert, "--key", main.key, "--standby-cert", standby.cert, "--standby-key", standby.key],
      ...["--hosts", HOST, "--out", this.out],
    ];
  }

  /** Options for a check of nginx. */
  get check(): readonly string[] {
    return ["--check", `127.0.0.1:${this.nginx.port}`];
  }

  /** Starts the sidecar, by default with the options of its last start. */
  startSidecar(args: readonly string[] = this.#args): void {
    this.#args = args;
    this.sidecar = new PosternProcess(
      ["tls-sidecar", ...this.paths, "--metrics-port", "0", ...args],
      this.source.path,
      {
        POSTERN_TLS_POLL_SECONDS: pollSeconds(),
        ...this.env,
      },
    );
  }

  /** Waits until the sidecar has logged a text this many times. */
  logged(text: string, times: number): Promise<void> {
    return this.#until(
      () => this.sidecar.out.split(text).length > times,
      () => `the sidecar did not log ${text} ${times} times`,
    );
  }

  /** Waits until the sidecar has read its files once more, completely. */
  async polled(): Promise<void> {
    const reads = async (): Promise<number> =>
      Number(/rotation_phase_seconds_count\{phase="preload"\} (\d+)/.exec((await this.status()).metrics)?.[1] ?? 0);
    const before = await reads();
    // The first read may have started before this call. The second one is complete after it.
    await this.#until(
      async () => (await reads()) >= before + 2,
      () => "the sidecar does not read its files",
    );
  }

  /** Readiness and metrics of the sidecar. */
  async status(): Promise<SidecarStatus> {
    const [, port] = await this.sidecar.says(/"metricsPort":(\d+)/);
    const [ready, metrics] = await Promise.all([
      fetch(`http://127.0.0.1:${port}/readyz`),
      fetch(`http://127.0.0.1:${port}/metrics`),
    ]);
    return { ready: ready.status, reason: (await ready.text()).trim(), metrics: await metrics.text() };
  }

  /** Waits until the sidecar is ready. */
  async ready(): Promise<void> {
    let last: SidecarStatus | undefined;
    await this.#until(
      async () => {
        last = await this.status();
        return last.ready === 200;
      },
      () => `the sidecar is not ready: ${last?.reason}`,
    );
  }

  /** Waits until nginx serves a pair. */
  async serves({ serial }: TestPair, key: "ecdsa" | "rsa" = "ecdsa"): Promise<void> {
    let seen = "";
    await this.#until(
      async () => {
        seen = await this.nginx.served("TLSv1.2", key);
        return seen === serial;
      },
      () => `nginx serves ${seen}, not ${serial}`,
    );
  }

  async #until(happened: () => Promise<boolean> | boolean, fault: () => string): Promise<void> {
    const ask = async (): Promise<true | undefined> => ((await happened()) ? true : undefined);
    try {
      await eventually("the sidecar or nginx", ask, patience(PATIENCE_MS));
    } catch (cause) {
      throw new Error([fault(), this.sidecar.out, this.sidecar.err, this.nginx.errors()].join("\n"), { cause });
    }
  }

  /** Kills the sidecar, and any reload command that it left running. */
  async killSidecar(): Promise<void> {
    const sidecar = this.#sidecar;
    if (sidecar === undefined) return;
    const commands = sidecar.children();
    sidecar.kill();
    await sidecar.exit();
    for (const pid of commands)
      try {
        // Reload commands run in their own process group.
        process.kill(-pid, "SIGKILL");
      } catch {
        // It has already ended.
      }
  }

  async stop(): Promise<void> {
    await this.killSidecar();
    await this.nginx.remove();
    this.source.remove();
    rmSync(dirname(this.out), { recursive: true, force: true });
  }
}
