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

const HOUR = 3_600_000;
/** For whatever is waited for, on the reference machine. In milliseconds. */
const PATIENCE = 20_000;

/** A pair that is in its time now, or as `spec` says. */
export function pairOfNow(spec: Partial<CertificateSpec> = {}): Promise<TestPair> {
  return makePair({ notBefore: Date.now() - HOUR, notAfter: Date.now() + HOUR, ...spec });
}

/** How often certificates are looked at, as POSTERN_TLS_POLL_SECONDS takes it: a look is little work, also on a slow machine. */
export function pollSeconds(): string {
  return String(Math.min(scaled(200), 1_000) / 1000);
}

/** What the sidecar's metrics port answers. */
export interface Told {
  readonly ready: number;
  readonly why: string;
  readonly metrics: string;
}

/** Certificates in volumes, a real nginx, and between them `postern tls-sidecar` as a process. */
export class SidecarBed {
  readonly source = new PairFolder();
  readonly out: string;
  readonly nginx: NginxServer;
  /** More of the sidecar's environment. */
  env: Readonly<Record<string, string>> = {};
  #args: readonly string[] = [];
  #sidecar: PosternProcess | undefined;

  private constructor(out: string, nginx: NginxServer) {
    this.out = out;
    this.nginx = nginx;
  }

  /** Nothing runs yet. `more` are lines of nginx's server. */
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

  /** Puts a pair into a slot's volume, in one step. */
  swap(slot: "main" | "standby", { cert, key }: Pick<TestPair, "cert" | "key">): void {
    this.source.swapVolume(slot, { "tls.crt": cert, "tls.key": key });
  }

  /** The options that say where certificates come from and go to. */
  get paths(): readonly string[] {
    const [main, standby] = [this.source.paths("main"), this.source.paths("standby")];
    return [
      ...["--cert", main.cert, "--key", main.key, "--standby-cert", standby.cert, "--standby-key", standby.key],
      ...["--hosts", HOST, "--out", this.out],
    ];
  }

  /** The options of a check against nginx. */
  get check(): readonly string[] {
    return ["--check", `127.0.0.1:${this.nginx.port}`];
  }

  /** Starts the sidecar, again with the same options unless others are given. */
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

  /** Waits until the sidecar has said a text so many times. */
  said(text: string, times: number): Promise<void> {
    return this.#until(
      () => this.sidecar.out.split(text).length > times,
      () => `the sidecar did not say ${text} ${times} times`,
    );
  }

  /** Waits until it has looked at its files once more, from beginning to end. */
  async looked(): Promise<void> {
    const looks = async (): Promise<number> =>
      Number(/rotation_phase_seconds_count\{phase="preload"\} (\d+)/.exec((await this.told()).metrics)?.[1] ?? 0);
    const before = await looks();
    // The one after next begins after now, and is over when its successor's files are read.
    await this.#until(
      async () => (await looks()) >= before + 2,
      () => "the sidecar does not look",
    );
  }

  /** What it says of itself now. */
  async told(): Promise<Told> {
    const [, port] = await this.sidecar.says(/"metricsPort":(\d+)/);
    const [ready, metrics] = await Promise.all([
      fetch(`http://127.0.0.1:${port}/readyz`),
      fetch(`http://127.0.0.1:${port}/metrics`),
    ]);
    return { ready: ready.status, why: (await ready.text()).trim(), metrics: await metrics.text() };
  }

  /** Waits until it is ready. */
  async ready(): Promise<void> {
    let last: Told | undefined;
    await this.#until(
      async () => {
        last = await this.told();
        return last.ready === 200;
      },
      () => `the sidecar is not ready: ${last?.why}`,
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
      await eventually("the sidecar or nginx", ask, patience(PATIENCE));
    } catch (cause) {
      throw new Error([fault(), this.sidecar.out, this.sidecar.err, this.nginx.errors()].join("\n"), { cause });
    }
  }

  /** Ends the sidecar at once, whatever it does, and then a reload command that it left running. */
  async killSidecar(): Promise<void> {
    const sidecar = this.#sidecar;
    if (sidecar === undefined) return;
    const commands = sidecar.children();
    sidecar.kill();
    await sidecar.exit();
    for (const pid of commands)
      try {
        // A group of its own.
        process.kill(-pid, "SIGKILL");
      } catch {
        // It has ended.
      }
  }

  async stop(): Promise<void> {
    await this.killSidecar();
    await this.nginx.remove();
    this.source.remove();
    rmSync(dirname(this.out), { recursive: true, force: true });
  }
}
