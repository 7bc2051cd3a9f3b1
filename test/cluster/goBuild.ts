import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ProcessLock } from "../run/ProcessLock.ts";
import { patience } from "../run/speedFactor.ts";
import { ClusterUnavailableError } from "./ClusterUnavailableError.ts";

const run = promisify(execFile);

/** The environment that a build runs in. */
export type BuildEnv = Readonly<Record<string, string | undefined>>;

/** What is built, and what of. */
export interface GoBuild {
  /** Part of the folder that it is kept in. */
  readonly name: string;
  /** For people who wait for it. */
  readonly what: string;
  /** Folder of the Go module. */
  readonly module: string;
  readonly args: readonly string[];
  /** What `go build` is given: a package, or `tool` for everything that go.mod names as a tool. */
  readonly target: string;
  /** Paths in the module of whatever can change the outcome; others than Go's files are passed over. */
  readonly sources: readonly string[];
  /** Puts into the folder what goes with the programs, once they are built. */
  readonly complete?: (folder: string) => Promise<void>;
  readonly progress: (line: string) => void;
  readonly env: BuildEnv;
}

/** A first build compiles all of Kubernetes: 10 minutes on two cores were seen. In milliseconds, on the reference machine. */
const PATIENCE = 1_500_000;
/** In milliseconds. */
const HEARTBEAT = 30_000;
const MISSING_GO =
  "the test cluster is built with Go 1.26, and there is no go on PATH: install it from https://go.dev/dl, or set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver and kubectl";

/**
 * The folder that holds what a module builds. It is built once, however many ask for it at the same time, and kept for as
 * long as its sources and go.sum stay as they are. Throws {@link ClusterUnavailableError}, with what to do where there is
 * no Go.
 */
export async function goBuild(build: GoBuild): Promise<string> {
  const { name, what, progress, env } = build;
  const cache = join(env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "postern");
  const folder = join(cache, `${name}-${hashOf(build)}`);
  if (existsSync(folder)) return folder;
  const started = Date.now();
  const seconds = (): number => Math.round((Date.now() - started) / 1000);
  let doing = "waiting for another process to build it";
  const heartbeat = setInterval(() => progress(`${name}: ${doing}, for ${seconds()} s now`), HEARTBEAT);
  try {
    await mkdir(cache, { recursive: true });
    const lock = await ProcessLock.take(`${folder}.lock`, patience(PATIENCE));
    try {
      if (existsSync(folder)) return folder;
      doing = "building";
      progress(`building ${what}, once`);
      await buildInto(folder, build);
    } finally {
      await lock.release();
    }
  } catch (error) {
    throw new ClusterUnavailableError(isMissing(error) ? MISSING_GO : `${name} cannot be built: ${error}`, error);
  } finally {
    clearInterval(heartbeat);
  }
  progress(`built ${name} in ${seconds()} s`);
  return folder;
}

/** The folder is there when all is in it. What is under way is among the run's temporary files, and goes with the run. */
async function buildInto(folder: string, { module, args, target, complete, env }: GoBuild): Promise<void> {
  const built = await mkdtemp(join(tmpdir(), "postern-build-"));
  const unfinished = `${folder}.unfinished`;
  try {
    await run("go", ["build", "-trimpath", ...args, "-o", `${built}/`, target], {
      cwd: module,
      env,
      timeout: patience(PATIENCE),
      maxBuffer: 64 * 1024 * 1024,
    });
    await complete?.(built);
    // Whoever has the lock may remove what another left who was killed here.
    await rm(unfinished, { recursive: true, force: true });
    await cp(built, unfinished, { recursive: true });
    await rename(unfinished, folder);
  } finally {
    await rm(built, { recursive: true, force: true });
  }
}

function hashOf({ module, args, sources }: GoBuild): string {
  const hash = createHash("sha256").update(JSON.stringify(args));
  for (const path of sources.filter((path) => /\.go$|(^|\/)go\.(mod|sum)$/.test(path)).sort())
    hash.update(`${path}\0`).update(readFileSync(join(module, path)));
  return hash.digest("hex").slice(0, 16);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
