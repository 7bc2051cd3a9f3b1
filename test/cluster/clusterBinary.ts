import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ClusterUnavailableError } from "./ClusterUnavailableError.ts";

const run = promisify(execFile);

/** The environment that a build runs in. */
export type BuildEnv = Readonly<Record<string, string | undefined>>;

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
/** A first build compiles all of Kubernetes: 5 minutes on two cores were seen. In milliseconds. */
const BUILD_PATIENCE = 1_500_000;
const HEARTBEAT = 30_000;
const MISSING_GO =
  "the test cluster is built with Go 1.26, and there is no go on PATH: install it from https://go.dev/dl, or set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver and kubectl";

/**
 * The path of the binary that has the whole control plane in it. Built by the first call, which says so through
 * `progress`, and kept for as long as neither its sources nor go.sum change. Throws {@link ClusterUnavailableError}.
 */
export async function clusterBinary(progress: (line: string) => void, env: BuildEnv = process.env): Promise<string> {
  const cache = cacheFolder(env);
  const path = join(cache, `cluster-${sourcesHash()}`);
  if (existsSync(path)) return path;
  progress("building etcd, kube-apiserver and the controllers: some minutes, once");
  const started = Date.now();
  const seconds = (): number => Math.round((Date.now() - started) / 1000);
  const heartbeat = setInterval(() => progress(`still building after ${seconds()} s`), HEARTBEAT);
  const unfinished = `${path}.${process.pid}`;
  await mkdir(cache, { recursive: true });
  try {
    await run("go", ["build", "-trimpath", "-ldflags", linkerFlags(), "-o", unfinished, "."], {
      cwd: FOLDER,
      env,
      timeout: BUILD_PATIENCE,
      maxBuffer: 64 * 1024 * 1024,
    });
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw new ClusterUnavailableError(
      isMissing(error) ? MISSING_GO : `the test cluster cannot be built: ${error}`,
      error,
    );
  } finally {
    clearInterval(heartbeat);
  }
  progress(`built in ${seconds()} s`);
  return path;
}

/** Where binaries are kept between runs. */
export function cacheFolder({ XDG_CACHE_HOME }: BuildEnv): string {
  return join(XDG_CACHE_HOME ?? join(homedir(), ".cache"), "postern");
}

/** The version of Kubernetes that go.mod names, so that clients see it and not v0.0.0. */
function linkerFlags(): string {
  const version = /k8s\.io\/kubernetes (v[\d.]+)/.exec(readFileSync(join(FOLDER, "go.mod"), "utf8"))?.[1] ?? "v0.0.0";
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
  const stamp = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: "clean" };
  return [
    "-s",
    "-w",
    ...Object.entries(stamp).map(([key, value]) => `-X k8s.io/component-base/version.${key}=${value}`),
  ].join(" ");
}

function sourcesHash(): string {
  const hash = createHash("sha256");
  const sources = readdirSync(FOLDER, { recursive: true, encoding: "utf8" });
  for (const name of sources.filter((name) => /\.go$|^go\.(mod|sum)$/.test(name)).sort())
    hash.update(`${name}\0`).update(readFileSync(join(FOLDER, name)));
  return hash.digest("hex").slice(0, 16);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
