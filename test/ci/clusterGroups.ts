import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * A group of cluster suites that one step of continuous integration runs. A cluster suite needs a real control plane.
 */
export interface ClusterGroup {
  readonly name: string;
  /** Its duration on the reference machine. */
  readonly seconds: number;
  /** Paths of the test files, relative to the root of the repository. */
  readonly files: readonly string[];
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Path prefixes of the core suites: without these, nothing shows that a part works against a real API server. */
const CORE = [
  "test/cluster/",
  "test/e2e/gate/operations.",
  "test/e2e/gate/failures.",
  "test/e2e/gate/rendered.",
  "test/e2e/gate/guards.",
  "test/e2e/gate/conversions.",
  "test/e2e/kustomize/kustomize.",
  "test/e2e/sync/sync.",
  "test/e2e/sync/syncFaults.",
  "test/e2e/rollout/rollout.",
];

/**
 * Puts each cluster suite into one of four groups: the core, the other suites of the sync with those of earlier versions, the
 * images, and all others.
 * Default of `files`: the test files below test/cluster and test/e2e.
 */
export function clusterGroups(files = clusterFiles()): readonly [core: ClusterGroup, ...others: ClusterGroup[]] {
  const isCore = (file: string): boolean => CORE.some((prefix) => file.startsWith(prefix));
  const isSync = (file: string): boolean => /^test\/e2e\/(?:sync|versions)\//.test(file);
  const isImage = (file: string): boolean => file.startsWith("test/e2e/image/");
  return [
    { name: "core", seconds: 440, files: files.filter(isCore) },
    { name: "sync", seconds: 260, files: files.filter((file) => !isCore(file) && isSync(file)) },
    { name: "image", seconds: 80, files: files.filter(isImage) },
    { name: "other", seconds: 560, files: files.filter((file) => !isCore(file) && !isSync(file) && !isImage(file)) },
  ];
}

function clusterFiles(): string[] {
  return ["test/cluster", "test/e2e"].flatMap((folder) =>
    readdirSync(`${ROOT}/${folder}`, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".test.ts"))
      .map((path) => `${folder}/${path}`)
      .sort(),
  );
}
