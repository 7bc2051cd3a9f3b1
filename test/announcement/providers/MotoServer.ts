import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { ChildService } from "../../cluster/ChildService.ts";
import { freePorts } from "../../cluster/ports/freePorts.ts";
import { patience } from "../../run/speedFactor.ts";

/** Python needs seconds to import moto on a busy machine. */
const START_LIMIT_MS = patience(60_000);

/**
 * Finds moto's server: the value of POSTERN_MOTO, the venv that `.ci/run` makes, or the PATH. Undefined when there is none.
 * With POSTERN_MOTO set it is never undefined.
 */
export function motoBinary(): string | undefined {
  const { POSTERN_MOTO, XDG_CACHE_HOME } = process.env;
  if (POSTERN_MOTO !== undefined) return POSTERN_MOTO;
  const venv = join(XDG_CACHE_HOME ?? join(homedir(), ".cache"), "postern", "moto", "bin", "moto_server");
  if (existsSync(venv)) return venv;
  try {
    execFileSync("moto_server", ["--help"], { stdio: "ignore", timeout: START_LIMIT_MS });
    return "moto_server";
  } catch {
    return undefined;
  }
}

/** moto's AWS server on a loopback port. Empty at the start. */
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
      await service.waitUntil(isReady, START_LIMIT_MS);
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
