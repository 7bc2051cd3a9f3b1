import type { KubeObject } from "../../../../cluster/ClusterApi.ts";
import { comparisonSize } from "../../comparisonSize.ts";
import { SeededRandom } from "../../objects/SeededRandom.ts";
import { BuiltinPods } from "./BuiltinPods.ts";
import { largeObjects } from "./largeObjects.ts";
import { longTexts } from "./longTexts.ts";
import { ingress, service } from "./networkObjects.ts";
import { claim, namespace, plainObject, serviceAccount, statefulSet, versionedObject } from "./otherObjects.ts";
import { binding, clusterRole, role } from "./rbacObjects.ts";
import { workload } from "./workload.ts";

/** How many objects of each generator, in the quick run. */
const GENERATORS: readonly [of: (random: SeededRandom, index: number) => KubeObject, quick: number][] = [
  [service, 450],
  [ingress, 600],
  [role, 350],
  [clusterRole, 350],
  [binding, 450],
  [claim, 400],
  [statefulSet, 250],
  [serviceAccount, 150],
  [plainObject, 150],
  [namespace, 100],
  [versionedObject, 250],
];
const PODS = 1_800;
const WORKLOADS = 1_500;
/** The full run has so many times as many. */
const FULL = 10;

/** All objects that are created, the same ones in each run. */
export function builtinObjects(): readonly KubeObject[] {
  const size = (quick: number): number => comparisonSize({ quick, full: quick * FULL });
  const random = new SeededRandom(77);
  const pods = new BuiltinPods(71).take(size(PODS));
  const templates = new BuiltinPods(72).take(size(WORKLOADS));
  return [
    ...pods,
    ...templates.map((pod) => workload(random, pod)),
    ...GENERATORS.flatMap(([of, quick]) => Array.from({ length: size(quick) }, (_, index) => of(random, index))),
    ...largeObjects,
    ...longTexts,
  ];
}
