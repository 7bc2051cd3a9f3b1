import type { Finding } from "../Finding.ts";
import { type SyncTarget, targetName } from "../target/SyncTarget.ts";
import type { SyncCluster } from "./SyncCluster.ts";

/** Emits a Warning Event for each finding: on the target that it is about, otherwise on the canary. */
export async function emitFindings(
  cluster: SyncCluster,
  targets: readonly SyncTarget[],
  findings: readonly Finding[],
  now: number,
): Promise<void> {
  for (const { code, about, message } of findings) {
    const target = targets.find((it) => targetName(it) === about) ?? targets.find(({ isCanary }) => isCanary);
    if (target === undefined) continue;
    const reason = code.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
    await cluster.event(target, { type: "Warning", reason, message: `${about}: ${message}` }, now);
  }
}
