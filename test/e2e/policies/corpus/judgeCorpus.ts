import { judgeReviewLocally } from "../../../../src/cli/gate/judgeReviewLocally.ts";
import { reviewOfManifest } from "../../../../src/cli/manifests/reviewOfManifest.ts";
import { defineGate } from "../../../../src/gate/config/defineGate.ts";
import { GateRuntime } from "../../../../src/gate/GateRuntime.ts";
import { isPolicyUseError } from "../../../../src/policy/define/PolicyUseError.ts";
import type { Policy } from "../../../../src/policy/define/policy.ts";
import type { PolicyFinding } from "../../../../src/protocol/review/Verdict.ts";
import type { LogProperties } from "../../../../src/telemetry/Log.ts";
import type { CorpusObject } from "./readCorpus.ts";

/** What a policy says about one object. */
export interface CorpusFindings {
  readonly policy: string;
  readonly file: string;
  /** `Deployment web`. */
  readonly name: string;
  /** Empty when the policy has nothing against it. */
  readonly findings: readonly PolicyFinding[];
}

/** What policies say about the objects. */
export interface CorpusVerdicts {
  /** Objects that at least one policy judged. */
  readonly judged: number;
  /** Pods and workloads without containers, which the API server refuses. They are not counted. */
  readonly invalid: readonly string[];
  readonly findings: readonly CorpusFindings[];
}

const CLUSTER = "corpus";

/** Judges the creation of each object as `postern review` does. A policy that throws is an error. */
export async function judgeCorpus(
  policies: readonly Policy[],
  objects: readonly CorpusObject[],
): Promise<CorpusVerdicts> {
  const silent = (): void => undefined;
  const failures: unknown[] = [];
  const fail = (message: string, properties?: LogProperties): void => void failures.push(properties?.error ?? message);
  const gate = defineGate({ policies, clusters: { [CLUSTER]: { identity: "none" } } });
  const log = { debug: silent, info: silent, warn: fail, error: fail };
  const runtime = new GateRuntime(gate, { now: Date.now, log, freezeReviews: true });
  const settings = await runtime.clusters.find(CLUSTER);
  if (settings === undefined) throw new Error("the gate has no cluster");
  const findings: CorpusFindings[] = [];
  const invalid: string[] = [];
  let judged = 0;
  for (const [index, { file, object }] of objects.entries()) {
    const review = reviewOfManifest(object, { operation: "CREATE" }, String(index));
    if (review === undefined) continue;
    const verdict = await judgeReviewLocally(runtime, settings, review);
    const others = failures.splice(0).filter((error) => !(isPolicyUseError(error) && error.code === "not-a-pod"));
    if (others.length > 0) throw new AggregateError(others, `a policy fails on ${file}: ${JSON.stringify(object)}`);
    if (verdict.policies.some(({ result }) => result === "failed")) {
      invalid.push(`${file}: ${review.kind.kind} ${review.name}`);
      continue;
    }
    const asked = verdict.policies.filter(({ result }) => result === "judged");
    if (asked.length > 0) judged += 1;
    const name = `${review.kind.kind} ${review.name}`;
    for (const { policy, findings: found } of asked) findings.push({ policy, file, name, findings: found });
  }
  return { judged, invalid, findings };
}
