import { afterAll, beforeAll, expect, it } from "vitest";
import { nativePolicies } from "../../../../src/native/nativePolicies.ts";
import type { Policy } from "../../../../src/policy/define/policy.ts";
import type { ClusterClient } from "../../../cluster/ClusterClient.ts";
import { sharedCluster } from "../../../cluster/sharedCluster.ts";
import { TestNamespace } from "../../../cluster/TestNamespace.ts";
import { patience } from "../../../run/speedFactor.ts";
import { StartedResources } from "../../run/StartedResources.ts";
import { dryCreate } from "../dryCreate.ts";
import { inParallel } from "../inParallel.ts";
import { NativeBed, nativeSettings } from "../NativeBed.ts";
import { reportCounts } from "../reportCounts.ts";
import { corpusPolicies } from "./corpusPolicies.ts";
import { type CorpusRequest, corpusRequests, serviceAccountsOf } from "./corpusRequests.ts";
import { type CorpusFindings, judgeCorpus } from "./judgeCorpus.ts";
import { readCorpus } from "./readCorpus.ts";

/** On the reference machine. */
const TIMEOUT_MS = 60_000;

/** The native form of a policy on these would be in force for other suites as well. */
const CLUSTER_SCOPED = ["clusterroles", "clusterrolebindings", "namespaces", "*"];

const started = new StartedResources();
let cluster: ClusterClient;
/** What the API server accepts, as it was sent. */
let requests: readonly CorpusRequest[];
let written: readonly CorpusFindings[];
/** The objects with the defaults of the API server. */
let stored: readonly CorpusFindings[];

beforeAll(async () => {
  cluster = await started.add(sharedCluster(), (it) => it.close());
  const ns = await TestNamespace.create(cluster, "corpus");
  const all = corpusRequests((await readCorpus()).objects);
  await addServiceAccounts(ns, all);
  const answers = await inParallel(all, async (request) => ({
    request,
    ...(await dryCreate(ns, request.kind, request.object)),
  }));
  const accepted = answers.filter(({ status }) => status === 201);
  requests = accepted.map(({ request }) => request);
  const judge = async (objects: readonly object[]) => {
    const named = objects.map((object, index) => ({ file: String(index), object: { ...object } }));
    return (await judgeCorpus(corpusPolicies(), named)).findings;
  };
  written = await judge(
    requests.map(({ object }) => ({ ...object, metadata: { ...object.metadata, namespace: ns.name } })),
  );
  stored = await judge(accepted.map(({ body }) => body));
  reportCounts("manifests of others", { created: accepted.length, refused: all.length - accepted.length });
});

afterAll(() => started.stop());

function addServiceAccounts(ns: TestNamespace, all: readonly CorpusRequest[]) {
  return inParallel(serviceAccountsOf(all), (name) =>
    ns.cluster.api.create(ns.path("serviceaccounts"), { metadata: { name } }),
  );
}

it("finds in an object as it is written what it finds in it with the defaults of the API server", () => {
  expect(requests.length).toBeGreaterThanOrEqual(250);
  expect(written.map((it) => linesOf(it))).toEqual(stored.map((it) => linesOf(it)));
});

function linesOf({ policy, file, findings }: CorpusFindings): string[] {
  return [
    `${policy} on ${requests[Number(file)]?.source}`,
    ...findings.map(({ message, effect }) => `${effect} ${message}`),
  ];
}

it("finds faults in the objects of which the native form warns, and in no others", {
  timeout: patience(TIMEOUT_MS),
}, async () => {
  const policies = corpusPolicies().filter(isTested);
  expect(policies.length).toBeGreaterThanOrEqual(25);
  const lines = await Promise.all(policies.map((policy, index) => differences(policy, index)));
  expect(lines.flat()).toEqual([]);
});

/** Whether a policy has a native form, denies something, and leaves other suites alone. */
function isTested(policy: Policy): boolean {
  const gate = { name: "corpus", policies: [policy], entries: {}, conversions: [] };
  const isAlone = !policy.match.resources.some((resource) => CLUSTER_SCOPED.includes(resource));
  return isAlone && nativePolicies(gate, nativeSettings(policy))[0]?.native === "yes" && deniedBy(policy).length > 0;
}

/** What a policy says of an object, for each that it judges. */
function judgedBy(policy: Policy) {
  return stored.filter((it) => it.policy === policy.name);
}

function deniedBy(policy: Policy): CorpusRequest[] {
  return judgedBy(policy).flatMap(({ file, findings }) => (findings.length === 0 ? [] : requestOf(file)));
}

function requestOf(file: string): CorpusRequest[] {
  const request = requests[Number(file)];
  return request === undefined ? [] : [request];
}

/** Lines about objects of which only the policy, or only its native form, finds a fault. */
async function differences(policy: Policy, index: number): Promise<string[]> {
  // Pods and templates have ValidatingAdmissionPolicies of their own.
  const denied = [...new Map(deniedBy(policy).map((request) => [request.kind.kind, request])).values()];
  const native = { policy, denied, objects: [] };
  const bed = await started.add(NativeBed.start(cluster, native, `corpus-${index}`), (it) => it.stop());
  await addServiceAccounts(bed.ns, requests);
  const lines = await inParallel(judgedBy(policy), async ({ file, findings }) => {
    const found: string[] = [];
    for (const request of requestOf(file)) {
      const { warnings } = await bed.create(request);
      if (warnings.length > 0 !== findings.length > 0)
        found.push(`${policy.name} finds ${findings.length} faults, and warnings are ${warnings}: ${request.source}`);
    }
    return found;
  });
  return lines.flat();
}
