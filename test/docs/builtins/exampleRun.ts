import { parseAllDocuments } from "yaml";
import { judgeReviewLocally, type LocalVerdict } from "../../../src/cli/gate/judgeReviewLocally.ts";
import { reviewOfManifest } from "../../../src/cli/manifests/reviewOfManifest.ts";
import { clusterSettings } from "../../../src/gate/config/clusterSettings.ts";
import { defineGate } from "../../../src/gate/config/defineGate.ts";
import { GateRuntime } from "../../../src/gate/GateRuntime.ts";
import type { NativeForm } from "../../../src/native/NativeForm.ts";
import { nativePolicies } from "../../../src/native/nativePolicies.ts";
import type { Policy } from "../../../src/policy/define/policy.ts";
import { isJsonObject } from "../../../src/protocol/Json.ts";
import { decodeAdmissionReview } from "../../../src/protocol/review/decodeAdmissionReview.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import { jsonLog } from "../../../src/telemetry/jsonLog.ts";

/** What a policy says of an example, and its native form; undefined for a mutator, which has none. */
export interface ExampleRun {
  readonly verdicts: readonly LocalVerdict[];
  readonly native: NativeForm | undefined;
}

/** Judges the objects of a manifest by one policy, and writes its native form. */
export async function exampleRun(policy: Policy, manifest: string): Promise<ExampleRun> {
  const cluster = { identity: "none" } as const;
  const gate = defineGate({ policies: [policy], clusters: { local: cluster } });
  const settings = clusterSettings("local", cluster, gate, true);
  const runtime = new GateRuntime(gate, { now: Date.now, log: jsonLog(() => undefined, Date.now) });
  const verdicts: LocalVerdict[] = [];
  for (const review of reviewsOf(manifest)) verdicts.push(await judgeReviewLocally(runtime, settings, review));
  return { verdicts, native: nativePolicies(gate, settings)[0] };
}

/** The reviews of a manifest. What has none, such as an exec, is a review already. */
function reviewsOf(manifest: string): Review[] {
  return parseAllDocuments(manifest).map((document): Review => {
    const object: unknown = document.toJS();
    if (!isJsonObject(object)) throw new Error(`an example is not an object: ${manifest}`);
    if (object.kind === "AdmissionReview") {
      const decoded = decodeAdmissionReview(object);
      if (decoded.ok) return decoded.value;
      throw new Error(`an example is not a review: ${decoded.fault.path} ${decoded.fault.expected}`);
    }
    const review = reviewOfManifest(object, { operation: "CREATE" }, "1");
    if (review === undefined) throw new Error(`an example has no metadata: ${manifest}`);
    return review;
  });
}
