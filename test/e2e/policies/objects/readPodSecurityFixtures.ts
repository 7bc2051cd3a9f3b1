import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parse } from "yaml";
import type { PodSecurityLevel } from "../../../../src/policies/pod-security/controlsOf.ts";
import type { KubeObject } from "../../../cluster/ClusterApi.ts";

/** A Pod of the test data of k8s.io/pod-security-admission. */
export interface PodSecurityFixture {
  readonly level: PodSecurityLevel;
  /** Such as `v1.31`. */
  readonly version: string;
  /** Whether the Pod meets the level at the version. */
  readonly passes: boolean;
  readonly file: string;
  /** Fixtures of the same text share it. */
  readonly pod: KubeObject;
}

const run = promisify(execFile);
const MODULE = "k8s.io/pod-security-admission";
const CONTROL_PLANE = fileURLToPath(new URL("../../../cluster/controlplane/", import.meta.url));

/** All fixtures of the version of the module that the control plane is built from, in a fixed order. */
export async function readPodSecurityFixtures(): Promise<PodSecurityFixture[]> {
  // Also when the control plane was built elsewhere.
  const { stdout } = await run("go", ["mod", "download", "-json", MODULE], { cwd: CONTROL_PLANE });
  const folder = join(JSON.parse(stdout).Dir, "test", "testdata");
  const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith(".yaml")).sort();
  const pods = new Map<string, KubeObject>();
  return Promise.all(
    paths.map(async (path) => {
      const [level, version = "", verdict, file = ""] = path.split("/");
      if (level !== "baseline" && level !== "restricted") throw new Error(`${path} is of an unknown level`);
      if (verdict !== "pass" && verdict !== "fail") throw new Error(`${path} has an unknown verdict`);
      const text = await readFile(join(folder, path), "utf8");
      const pod = pods.get(text) ?? withDefaults(parse(text));
      pods.set(text, pod);
      return { level, version, passes: verdict === "pass", file, pod };
    }),
  );
}

/** The default of the API server that a control reads: a volume without a source is an emptyDir. */
function withDefaults(pod: KubeObject): KubeObject {
  for (const volume of pod.spec.volumes ?? []) if (Object.keys(volume).length === 1) volume.emptyDir = {};
  return pod;
}

/** The different Pods of fixtures. */
export function podsOf(fixtures: readonly PodSecurityFixture[]): KubeObject[] {
  return [...new Set(fixtures.map(({ pod }) => pod))];
}
