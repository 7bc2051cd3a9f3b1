import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Suites of the real control plane that run together. */
export interface ClusterGroup {
  readonly name: string;
  /** Paths of their files, from the root of the repository. */
  readonly files: readonly string[];
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** What nothing else would tell: that each part works against a real API server at all. */
const CORE = [
  "test/cluster/",
  "test/e2e/operations.",
  "test/e2e/failures.",
  "test/e2e/rendered.",
  "test/e2e/guards.",
  "test/e2e/kustomize.",
  "test/e2e/conversions.",
  "test/e2e/sync.",
  "test/e2e/syncFaults.",
  "test/e2e/rollout.",
];

/** Each suite of the real control plane in one group: the core, those of the sync, and all others. */
export function clusterGroups(files = clusterFiles()): readonly [core: ClusterGroup, ...others: ClusterGroup[]] {
  const isCore = (file: string): boolean => CORE.some((start) => file.startsWith(start));
  const isSync = (file: string): boolean => file.startsWith("test/e2e/sync");
  return [
    { name: "core", files: files.filter(isCore) },
    { name: "sync", files: files.filter((file) => !isCore(file) && isSync(file)) },
    { name: "other", files: files.filter((file) => !isCore(file) && !isSync(file)) },
  ];
}

function clusterFiles(): string[] {
  return ["test/cluster", "test/e2e"].flatMap((folder) =>
    readdirSync(`${ROOT}/${folder}`)
      .filter((name) => name.endsWith(".test.ts"))
      .map((name) => `${folder}/${name}`)
      .sort(),
  );
}
