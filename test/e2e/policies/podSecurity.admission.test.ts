import { afterAll, beforeAll, expect, it } from "vitest";
import type { PodSecurityVersion } from "../../../src/policies/pod-security/PodSecurityVersion.ts";
import type { ApiAnswer, KubeObject } from "../../cluster/ClusterApi.ts";
import type { ClusterClient } from "../../cluster/ClusterClient.ts";
import { sharedCluster } from "../../cluster/sharedCluster.ts";
import { TestNamespace } from "../../cluster/TestNamespace.ts";
import { patience } from "../../run/speedFactor.ts";
import { StartedResources } from "../run/StartedResources.ts";
import { type AdmissionNamespace, admissionNamespaces } from "./admissionNamespaces.ts";
import { type ControlFault, controlFaults, faultDifferences, faultsOfMessages } from "./ControlFaults.ts";
import { comparisonSize } from "./comparisonSize.ts";
import { dryCreate, isInvalid } from "./dryCreate.ts";
import { inParallel } from "./inParallel.ts";
import { judgeCreate, messagesOf } from "./judgeCreate.ts";
import { GeneratedPods } from "./objects/GeneratedPods.ts";
import { OBJECT_KINDS, type ObjectKind } from "./objects/objectKinds.ts";
import { podsOf, readPodSecurityFixtures } from "./objects/readPodSecurityFixtures.ts";
import { reportCounts } from "./reportCounts.ts";

const VERSIONS: readonly PodSecurityVersion[] = ["latest", "v1.36", "v1.34", "v1.28", "v1.24", "v1.18"];
/** The namespaces that each object is created in. */
const NAMESPACES_EACH = comparisonSize({ quick: 2, full: 2 * VERSIONS.length });
const PODS = comparisonSize({ quick: 700, full: 3_000 });
const WORKLOADS = comparisonSize({ quick: 50, full: 200 });
/** On the reference machine. */
const TIMEOUT_MS = comparisonSize({ quick: 60_000, full: 1_200_000 });

const started = new StartedResources();
/** Where the API server enforces nothing, and tells the object with its defaults. */
let open: TestNamespace;
let enforced: readonly AdmissionNamespace[];
let fixturePods: readonly KubeObject[];

beforeAll(async () => {
  const cluster: ClusterClient = await started.add(sharedCluster(), (it) => it.close());
  [open, enforced, fixturePods] = await Promise.all([
    TestNamespace.create(cluster, "pod-security"),
    admissionNamespaces(cluster, VERSIONS),
    readPodSecurityFixtures().then(podsOf),
  ]);
});

afterAll(() => started.stop());

/** The faults in `... PodSecurity "LEVEL:VERSION": REASON (DETAIL), ...`. */
function faultsIn(text: string): ControlFault[] {
  const [, list = ""] = /PodSecurity "[\w:.]+": (.*)$/s.exec(text) ?? [];
  return faultsOfMessages(list.split(/(?<=\)), /).filter(Boolean));
}

/** The text of the API server's admission about an object: its denial, or its warning. Empty for none. */
function told({ status, body, warnings }: ApiAnswer): string {
  if (status === 403 && /violates PodSecurity/.test(body.message)) return body.message;
  if (status !== 201) throw new Error(`${status} ${body.message}`);
  return warnings.find((it) => it.startsWith("would violate PodSecurity")) ?? "";
}

/** Creates an object in some of the namespaces. Lines about the answers that differ from those of the policy. */
async function compare(kind: ObjectKind, object: KubeObject, index: number) {
  const answer = await dryCreate(open, kind, object);
  if (isInvalid(answer)) return { lines: [], judged: 0, faulty: 0 };
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.body.message}`);
  const lines: string[] = [];
  let faulty = 0;
  for (let turn = 0; turn < NAMESPACES_EACH; turn += 1) {
    const at = enforced[(index * NAMESPACES_EACH + turn) % enforced.length];
    if (at === undefined) throw new Error("no namespaces");
    const text = told(await dryCreate(at.ns, kind, object));
    const verdict = await judgeCreate(at.policy, kind, answer.body);
    const found = faultDifferences(controlFaults(faultsIn(text)), controlFaults(faultsOfMessages(messagesOf(verdict))));
    if (kind.kind === "Pod" && verdict.allowed !== (text === ""))
      found.push(verdict.allowed ? "is allowed" : "is denied");
    if (kind.kind !== "Pod" && !verdict.allowed) found.push("is denied");
    if (text !== "") faulty += 1;
    if (found.length > 0) lines.push(`${at.policy.description}: ${found.join(", ")}: ${JSON.stringify(object)}`);
  }
  return { lines, judged: NAMESPACES_EACH, faulty };
}

async function compareAll(kind: ObjectKind, objects: readonly KubeObject[]) {
  const all = await inParallel(objects, (object, index) => compare(kind, object, index));
  const sum = (of: "judged" | "faulty"): number => all.reduce((total, it) => total + it[of], 0);
  expect(all.flatMap(({ lines }) => lines).slice(0, 10)).toEqual([]);
  return { created: objects.length, judged: sum("judged"), faulty: sum("faulty") };
}

it("denies the Pods that the API server's own admission denies, for the same reasons", {
  timeout: patience(TIMEOUT_MS),
}, async () => {
  const pods = [...fixturePods, ...new GeneratedPods({ seed: 2 }).take(PODS)];
  const counts = await compareAll(OBJECT_KINDS.Pod, pods);
  expect(counts.judged).toBeGreaterThan(1_000);
  expect(Math.min(counts.faulty, counts.judged - counts.faulty)).toBeGreaterThan(counts.judged / 10);
  reportCounts("Pods of namespaces with a level", counts);
});

it.each(Object.values<ObjectKind>(OBJECT_KINDS).filter(({ kind }) => kind !== "Pod"))(
  "warns of a $kind as the API server's own admission does",
  { timeout: patience(TIMEOUT_MS) },
  async (kind) => {
    const pods = new GeneratedPods({ seed: 3 }).take(WORKLOADS);
    const counts = await compareAll(kind, pods.map(kind.of));
    expect(Math.min(counts.faulty, counts.judged - counts.faulty)).toBeGreaterThan(0);
    reportCounts(`${kind.resource} of namespaces with a level`, counts);
  },
);
