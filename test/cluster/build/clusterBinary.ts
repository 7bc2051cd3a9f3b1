import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildEnv, goBuild } from "./goBuild.ts";

const FOLDER = fileURLToPath(new URL("../controlplane/", import.meta.url));

/**
 * The path of the binary with the whole control plane. The first call builds it and reports that to `progress`. The
 * result is cached until the sources or go.sum change. Throws ClusterUnavailableError.
 */
export async function clusterBinary(progress: (line: string) => void, env: BuildEnv = process.env): Promise<string> {
  const folder = await goBuild({
    name: "cluster",
    what: "etcd, kube-apiserver and the controllers: takes several minutes",
    module: FOLDER,
    args: ["-ldflags", linkerFlags()],
    target: ".",
    sources: readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).filter(
      (path) => /\.go$|^go\.(mod|sum)$/.test(path) && !path.endsWith("_test.go"),
    ),
    progress,
    env,
  });
  return join(folder, "cluster");
}

/** Linker flags that set the Kubernetes version of go.mod. Without them, clients see v0.0.0. */
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
