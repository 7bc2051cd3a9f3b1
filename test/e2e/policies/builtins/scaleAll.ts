import type { Review } from "../../../../src/protocol/review/Review.ts";
import type { KubeObject } from "../../../cluster/ClusterApi.ts";
import { reviewOf } from "../../../policies/faultsOf.ts";
import { inParallel } from "../inParallel.ts";
import type { BuiltinBed } from "./BuiltinBed.ts";
import { faultsByPolicy } from "./faultsByPolicy.ts";
import { NAMESPACES } from "./objects/namespaces.ts";

const REPLICAS = [0, 1, 2, 3, 50, 51, 1_000];
/** For all policies. */
const ACCEPTABLE = 2;
const LABELS = { app: "a" };
const KINDS = [
  { kind: "Deployment", resource: "deployments" },
  { kind: "StatefulSet", resource: "statefulsets" },
];

/** Scales workloads from each number of replicas to each. The lines are of those that are judged differently, not for an old fault. */
export async function scaleAll(bed: BuiltinBed): Promise<string[]> {
  const all = KINDS.flatMap((of) => REPLICAS.map((from) => ({ ...of, from })));
  return (await inParallel(all, (it) => scale(bed, it))).flat();
}

async function scale(
  bed: BuiltinBed,
  { kind, resource, from }: { readonly kind: string; readonly resource: string; readonly from: number },
): Promise<string[]> {
  const metadata = { name: `scaled-${from}`, namespace: NAMESPACES[0] };
  const template = { metadata: { labels: LABELS }, spec: { containers: [{ name: "a", image: "a" }] } };
  const spec = { replicas: from, selector: { matchLabels: LABELS }, template };
  const workload = { apiVersion: "apps/v1", kind, metadata, spec };
  const stored = await bed.create(workload, { isStored: true });
  if (stored.status !== 201) throw new Error(`${stored.status} ${stored.body.message}`);
  const path = `/apis/apps/v1/namespaces/${metadata.namespace}/${resource}/${metadata.name}/scale`;
  const { body: old } = await bed.cluster.api.get(path);
  const acceptable = { ...old, spec: { replicas: ACCEPTABLE } };
  const faultsBefore = await faultsByPolicy(bed.policies, scaleReview(resource, old, acceptable));
  const lines: string[] = [];
  for (const replicas of REPLICAS) {
    const patched = await bed.cluster.api.merge(path, { spec: { replicas } }, { query: { dryRun: "All" } });
    const { body, warned } = bed.answerOf(patched);
    const found = await faultsByPolicy(bed.policies, scaleReview(resource, body, old));
    for (const [policy, isDenied] of found) {
      // Denied for another number than before: a native form only sees that there was a fault.
      const isAdmitted = isDenied && faultsBefore.get(policy) === true;
      if (isDenied !== warned.has(policy) && !isAdmitted)
        lines.push(`${policy} ${isDenied ? "denies" : "allows"} to scale ${kind} from ${from} to ${replicas}`);
    }
  }
  return lines;
}

function scaleReview(resource: string, object: KubeObject, oldObject: KubeObject): Review {
  const gvr = { group: "apps", version: "v1", resource };
  const parent = { resource: gvr, requestResource: gvr, subresource: "scale", requestSubresource: "scale" };
  return { ...reviewOf(object, oldObject), ...parent };
}
