import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addTolerations } from "../../../../src/policies/defaults/addTolerations.ts";
import { addTopologySpread } from "../../../../src/policies/defaults/addTopologySpread.ts";
import { setImagePullPolicy } from "../../../../src/policies/defaults/setImagePullPolicy.ts";
import { setNodeSelector } from "../../../../src/policies/defaults/setNodeSelector.ts";
import { setResourceDefaults } from "../../../../src/policies/defaults/setResourceDefaults.ts";
import { setSecurityContextDefaults } from "../../../../src/policies/defaults/setSecurityContextDefaults.ts";
import { rewriteImageRegistry } from "../../../../src/policies/images/rewriteImageRegistry.ts";
import { addAnnotations } from "../../../../src/policies/labels/addAnnotations.ts";
import type { ApiAnswer, KubeObject } from "../../../cluster/ClusterApi.ts";
import { sharedCluster } from "../../../cluster/sharedCluster.ts";
import { TestNamespace } from "../../../cluster/TestNamespace.ts";
import { applyMutators } from "../../../policies/applyMutators.ts";
import { anyPod } from "../../../policies/defaults/anyPod.ts";
import { podReview } from "../../../policies/defaults/podReview.ts";
import { patience } from "../../../run/speedFactor.ts";
import { StartedResources } from "../../run/StartedResources.ts";
import { comparisonSize } from "../comparisonSize.ts";
import { dryCreate } from "../dryCreate.ts";
import { inParallel } from "../inParallel.ts";
import { GeneratedPods } from "../objects/GeneratedPods.ts";
import { OBJECT_KINDS, type ObjectKind } from "../objects/objectKinds.ts";
import { reportCounts } from "../reportCounts.ts";
import { acceptablePod } from "./acceptablePod.ts";

const PODS = comparisonSize({ quick: 300, full: 5_000 });
/** On the reference machine. */
const TIMEOUT_MS = comparisonSize({ quick: 60_000, full: 1_200_000 });
const podTemplates = true;

const mutators = [
  addAnnotations({ annotations: { note: "1" }, podTemplates }),
  addTolerations({
    tolerations: [
      { key: "spot", operator: "Exists" },
      { key: "team", value: "shop" },
    ],
    podTemplates,
  }),
  addTopologySpread({ podTemplates }),
  rewriteImageRegistry({
    mirrors: { "docker.io/": "mirror.example.com/", "quay.io/": "mirror.example.com/" },
    podTemplates,
  }),
  setImagePullPolicy({ podTemplates }),
  setNodeSelector({ nodeSelector: { pool: "shop" }, onConflict: "overwrite", daemonSets: true, podTemplates }),
  setResourceDefaults({
    requests: { cpu: "200m", memory: "512Mi" },
    limits: { cpu: "100m", memory: "1Gi" },
    podTemplates,
  }),
  setSecurityContextDefaults({ readOnlyRootFilesystem: true, podTemplates }),
];

const started = new StartedResources();
let ns: TestNamespace;

beforeAll(async () => {
  ns = await TestNamespace.create(await started.add(sharedCluster(), (it) => it.close()), "mutator-results");
});

afterAll(() => started.stop());

/** Pods of which the API server accepts most. */
function pods(): KubeObject[] {
  const any = fc.sample(anyPod, { numRuns: PODS, seed: 1 });
  return [
    ...any.map(({ spec, metadata }, index) => acceptablePod(`any-${index}`, metadata, spec)),
    ...new GeneratedPods({ seed: 5 }).take(PODS),
  ];
}

/** What the mutators make of an object. Expects that they have nothing to change in it a second time. */
function mutated({ group, version, resource, kind }: ObjectKind, object: KubeObject): Promise<KubeObject> {
  const gvk = { group, version, kind };
  const gvr = { group, version, resource };
  const review = { kind: gvk, requestKind: gvk, resource: gvr, requestResource: gvr, object };
  return applyMutators(mutators, podReview({}, {}, review));
}

/** An object as a client sends it: without what the API server generates. */
function sent({ status: _, metadata, ...rest }: KubeObject): KubeObject {
  const { uid: __, creationTimestamp: ___, managedFields: ____, ...kept } = metadata;
  const object = structuredClone({ ...rest, metadata: kept });
  if (object.kind !== "Job") return object;
  delete object.spec.selector;
  const { labels } = object.spec.template.metadata;
  object.spec.template.metadata.labels = { app: labels.app };
  return object;
}

it.each(Object.values<ObjectKind>(OBJECT_KINDS))(
  "the API server accepts a $kind after the mutators, and they change nothing of what it then stores",
  { timeout: patience(TIMEOUT_MS) },
  async (kind) => {
    const objects =
      kind.kind === "Pod"
        ? pods()
        : pods()
            .filter((_, index) => index % 6 === 0)
            .map(kind.of);
    const refused: string[] = [];
    let accepted = 0;
    await inParallel(objects, async (object) => {
      const { status, body }: ApiAnswer = await dryCreate(ns, kind, object);
      if (status !== 201) return;
      accepted += 1;
      const answer = await dryCreate(ns, kind, sent(await mutated(kind, sent(body))));
      if (answer.status !== 201) refused.push(`${answer.body.message}: ${JSON.stringify(object)}`);
      else expect(await mutated(kind, sent(answer.body))).toEqual(sent(answer.body));
    });
    reportCounts(`${kind.resource} after mutators`, { created: objects.length, accepted });
    expect(refused.slice(0, 5)).toEqual([]);
    expect(accepted).toBeGreaterThan(objects.length / 2);
  },
);
