import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ProcessLock } from "../../run/processes/ProcessLock.ts";
import { patience } from "../../run/speedFactor.ts";
import { ClusterUnavailableError } from "./ClusterUnavailableError.ts";

const run = promisify(execFile);

/** Environment variables of a build. */
export type BuildEnv = Readonly<Record<string, string | undefined>>;

/** Options of {@link goBuild}. */
export interface GoBuild {
  /** First part of the cache folder's name. */
  readonly name: string;
  /** Description in progress messages. */
  readonly what: string;
  /** Folder of the Go module. */
  readonly module: string;
  readonly args: readonly string[];
  /** Argument of `go build`: a package, or `tool` for all tools in go.mod. */
  readonly target: string;
  /** Paths of the module's files that the cache depends on. Only Go files, go.mod and go.sum count. */
  readonly sources: readonly string[];
  /** Adds files to the folder after the build. */
  readonly complete?: (folder: string) => Promise<void>;
  readonly progress: (line: string) => void;
  readonly env: BuildEnv;
}

/** A first build compiles Kubernetes, which takes about 10 minutes on two cores. On the reference machine. */
const PATIENCE_MS = 1_500_000;
const HEARTBEAT_MS = 30_000;
const MISSING_GO =
  "the test cluster needs Go 1.26, and go is not on PATH: install it from https://go.dev/dl, or set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver and kubectl";

/**
 * Builds a Go module and resolves to the folder with the programs. Concurrent callers, also in other processes, share
 * one build. The result is cached until the sources or go.sum change. Throws {@link ClusterUnavailableError}.
 */
export async function goBuild(build: GoBuild): Promise<string> {
  const { name, what, progress, env } = build;
  const cache = join(env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "postern");
  const folder = join(cache, `${name}-${hashOf(build)}`);
  if (existsSync(folder)) return folder;
  const started = Date.now();
  const seconds = (): number => Math.round((Date.now() - started) / 1000);
  let doing = "waiting for another process to build it";
  const heartbeat = setInterval(() => progress(`${name}: ${doing}, ${seconds()} s so far`), HEARTBEAT_MS);
  try {
    await mkdir(cache, { recursive: true });
    const lock = await ProcessLock.take(`${folder}.lock`, patience(PATIENCE_MS));
    try {
      if (existsSync(folder)) return folder;
      doing = "building";
      progress(`building ${what}`);
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

/**
 * Builds in a temporary folder of the run, which is removed with the run, and then renames a copy: the cache never
 * contains an incomplete folder.
 */
async function buildInto(folder: string, { module, args, target, complete, env }: GoBuild): Promise<void> {
  const built = await mkdtemp(join(tmpdir(), "postern-build-"));
  const unfinished = `${folder}.unfinished`;
  try {
    await run("go", ["build", "-trimpath", ...args, "-o", `${built}/`, target], {
      cwd: module,
      env,
      timeout: patience(PATIENCE_MS),
      maxBuffer: 64 * 1024 * 1024,
    });
    await complete?.(built);
    // Left by a process that was killed here. The lock makes its removal safe.
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
