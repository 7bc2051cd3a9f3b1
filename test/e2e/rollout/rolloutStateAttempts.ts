import type { ApiAnswer, KubeObject } from "../../cluster/ClusterApi.ts";
import { eventually } from "../../run/eventually.ts";
import { at, begun, IN_PROGRESS, type RolloutTokenBed, STATE, stateOf } from "./RolloutTokenBed.ts";
import type { Attempt } from "./rolloutTokenAttempts.ts";

/** A workload, the text of a state that begins a rollout of it, and the spec that a forged `before` is to allow. */
interface Target {
  readonly path: string;
  readonly state: string;
  readonly wanted: KubeObject;
}

const marks = { revision: null, serial: null, request: null };
const stateFor = (staging: object): string => stateOf("gate-tls", { before: { marks, staging } });

const GATE: Target = {
  path: at.workload("deployments", "gate"),
  state: stateOf("gate-tls"),
  wanted: { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: "100%" } } },
};
const PARTED: Target = {
  path: at.workload("statefulsets", "parted"),
  state: stateFor({ kind: "StatefulSet", partition: 2 }),
  wanted: { updateStrategy: { rollingUpdate: { partition: 0 } } },
};
const EDGE: Target = {
  path: at.workload("daemonsets", "edge"),
  state: stateFor({ kind: "DaemonSet", type: "RollingUpdate", maxSurge: 0, maxUnavailable: 2 }),
  wanted: { updateStrategy: { rollingUpdate: { maxUnavailable: "100%" } } },
};
const RESTING: Target = {
  path: at.workload("daemonsets", "resting"),
  state: stateFor({ kind: "DaemonSet", type: "OnDelete", maxSurge: null, maxUnavailable: null }),
  wanted: { updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } },
};

/** The answers to a write of `state`, and then to a write of the spec that it is to allow. The workload is then as before. */
async function twoWrites(
  bed: RolloutTokenBed,
  { path, state, wanted }: Target,
): Promise<{ readonly begin: ApiAnswer; readonly restore?: ApiAnswer }> {
  const first = begun("gate-tls");
  first.metadata.annotations[STATE] = state;
  const begin = await bed.call("PATCH", path, first);
  if (begin.status !== 200) return { begin };
  const restore = await bed.call("PATCH", path, { spec: wanted }, { query: { dryRun: "All" } });
  const annotations = { "postern.dev/certificate-revision": null, "x-certificate-serial": null };
  const metadata = { annotations: { [STATE]: null }, labels: { [IN_PROGRESS]: null } };
  const undone = await bed.cluster.api.merge(path, { metadata, spec: { template: { metadata: { annotations } } } });
  if (undone.status !== 200) throw new Error(undone.body.message);
  return { begin, restore };
}

/** An attempt whose state is `target`'s with `from` replaced by `to`. Already its first write must be refused. */
const forged = (what: string, target: Target, [from, to]: readonly [from: string, to: string]): Attempt => [
  `${what}, and restore it`,
  async (bed) => {
    const state = target.state.replace(from, () => to);
    if (state === target.state) throw new Error(`the state has no ${from}`);
    const { begin, restore } = await twoWrites(bed, { ...target, state });
    return restore?.status === 200 ? restore : begin;
  },
];

/** An attempt whose first write is the controller's own. The second one must be refused. */
const begunBy = (what: string, target: Target): Attempt => [
  what,
  (bed) =>
    // The API server's cache of Certificates may be behind.
    eventually(`the state for ${target.path} to be allowed`, async () => (await twoWrites(bed, target)).restore),
];

const DEADLINE = '"progressDeadlineSeconds":600';
const ALL = '"maxSurge":0,"maxUnavailable":"100%"';
const NOBODY = '"superseded":null';

/** Rollouts that begin with a state whose `before` is not what the workload is, and second writes that restore it. */
export const rolloutStateAttempts: readonly Attempt[] = [
  forged("append a staging", GATE, [DEADLINE, `${DEADLINE},${ALL},"minReadySeconds":null,${DEADLINE}`]),
  forged("duplicate members of the staging", GATE, [DEADLINE, `${DEADLINE},${ALL}`]),
  forged("put another staging first", GATE, ['"maxSurge":1,', `${ALL},"maxSurge":1,`]),
  forged("nest a staging in the staging", GATE, [DEADLINE, `${DEADLINE},"more":{${ALL}}`]),
  forged("nest a staging in the marks", GATE, ['"request":null},', `"request":null,"more":{${ALL}}},`]),
  forged("add a second staging", GATE, [`${DEADLINE}}`, `${DEADLINE}},"staging":{"kind":"Deployment",${ALL}}`]),
  forged("add a second before", GATE, [NOBODY, `"superseded":null,"before":{"staging":{${ALL}}},${NOBODY}`]),
  forged("append a staging after whitespace", GATE, [DEADLINE, `${DEADLINE} , ${ALL},"a":0`]),
  forged("append a staging after a line break", GATE, [DEADLINE, `${DEADLINE}\n,${ALL},"a":0`]),
  forged("append a staging with an escaped name", GATE, [DEADLINE, `${DEADLINE},"max\\u0053urge":0,${ALL},"a":0`]),
  forged("append a staging in a string", GATE, [DEADLINE, `${DEADLINE},"a":"\\u0022,${ALL},"b":"\\u0022"`]),
  forged("append a staging in an array", GATE, [DEADLINE, `${DEADLINE},"a":[0,${ALL},0]`]),
  forged("change a value", GATE, ['"maxUnavailable":"25%"', '"maxUnavailable":"100%"']),
  forged("leave a member out", GATE, ['"maxSurge":1,', ""]),
  forged("exchange two members", GATE, ['"maxSurge":1,"maxUnavailable":"25%"', '"maxUnavailable":"25%","maxSurge":1']),
  forged("record another kind", GATE, ['"kind":"Deployment"', '"kind":"DaemonSet"']),
  forged("hide a staging in the marks of a superseded rollout", GATE, [NOBODY, `"superseded":{${ALL},"a":0}`]),
  forged("hide a staging in the canary", GATE, ['"canary":null', `"canary":{${ALL},"a":0}`]),
  forged("hide the phase in the canary", GATE, ['"canary":null', '"canary":{"phase":"canary"}']),
  forged("append a partition", PARTED, ['"partition":2', '"partition":2,"partition":0']),
  forged("put a partition first", PARTED, ['"partition":2', '"partition":0,"partition":2']),
  forged("record a partition that has the stored one in it", PARTED, [
    '"partition":2',
    '"partition":0,"x":"partition":2',
  ]),
  forged("append a staging of a DaemonSet", EDGE, ['"maxUnavailable":2', '"maxUnavailable":2,"maxUnavailable":"100%"']),
  forged("record the strategy RollingUpdate", RESTING, ['"OnDelete"', '"RollingUpdate"']),
  forged("append limits to the strategy OnDelete", RESTING, [
    '"maxUnavailable":null',
    '"maxUnavailable":null,"maxSurge":0,"maxUnavailable":1',
  ]),
  forged("append another strategy", RESTING, [
    '"maxUnavailable":null',
    '"maxUnavailable":null,"type":"RollingUpdate","maxSurge":0,"maxUnavailable":1',
  ]),
  begunBy("begin at a StatefulSet and lower its partition", PARTED),
  begunBy("begin at a DaemonSet and replace all its Pods", EDGE),
  begunBy("begin at a Deployment and replace all its Pods", GATE),
  begunBy("begin at a DaemonSet that is OnDelete, and roll it", RESTING),
];
