import type { KubeObject } from "../../../cluster/ClusterApi.ts";
import { podOf } from "../../../cluster/TestNamespace.ts";

/** A Pod that meets no level at any version. */
export const PROBE_POD: KubeObject = podOf("probe", { spec: { hostPID: true } });
