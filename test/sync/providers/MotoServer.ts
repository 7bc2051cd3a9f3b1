import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { ChildService } from "../../cluster/ChildService.ts";
import { freePorts } from "../../cluster/freePorts.ts";
import { patience } from "../../run/speedFactor.ts";

/** Python's import of moto takes seconds on a busy machine. In milliseconds. */
const PATIENCE = patience(60_000);

/**
 * Where moto's server is: as POSTERN_MOTO says, in the venv that `.ci/run` makes, or on the PATH. Undefined where there is
 * none, which POSTERN_MOTO rules out.
 */
export function motoBinary(): string | undefined {
  const { POSTERN_MOTO, XDG_CACHE_HOME } = process.env;
  if (POSTERN_MOTO !== undefined) return POSTERN_MOTO;
  const venv = join(XDG_CACHE_HOME ?? join(homedir(), ".cache"), "postern", "moto", "bin", "moto_server");
  if (existsSync(venv)) return venv;
  try {
    execFileSync("moto_server", ["--help"], { stdio: "ignore", timeout: PATIENCE });
    return "moto_server";
  } catch {
    return undefined;
  }
}

/** AWS on a loopback port: moto's own server, empty at first. */
export class MotoServer {
  readonly url: string;
  readonly #service: ChildService;
  readonly #folder: string;

  private constructor(url: string, service: ChildService, folder: string) {
    this.url = url;
    this.#service = service;
    this.#folder = folder;
  }

  static async start(binary: string): Promise<MotoServer> {
    const folder = await mkdtemp(join(tmpdir(), "postern-moto-"));
    const [port] = await freePorts(1);
    const args = ["-H", "127.0.0.1", "-p", String(port)];
    const service = new ChildService({ name: "moto", file: binary, args, logFile: join(folder, "log") });
    const url = `http://127.0.0.1:${port}`;
    const isReady = (): Promise<boolean> =>
      fetch(`${url}/moto-api/data.json`, { signal: AbortSignal.timeout(patience(2_000)) }).then(
        ({ ok }) => ok,
        () => false,
      );
    const started = new MotoServer(url, service, folder);
    try {
      await service.waitUntil(isReady, PATIENCE);
    } catch (error) {
      await started.stop();
      throw error;
    }
    return started;
  }

  async stop(): Promise<void> {
    await this.#service.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
