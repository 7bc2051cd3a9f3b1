import type { KubeObject } from "../../../../cluster/ClusterApi.ts";
import { OBJECT_KINDS, type ObjectKind } from "../../objects/objectKinds.ts";
import type { SeededRandom } from "../../objects/SeededRandom.ts";
import { pickFields } from "./pickFields.ts";

const ZONE = "topology.kubernetes.io/zone";
const HOST = "kubernetes.io/hostname";
const LABEL_SELECTOR = { matchLabels: { app: "generated" } };
/** Deployments and StatefulSets have policies of their own. */
const KINDS: readonly ObjectKind[] = [
  ...Object.values<ObjectKind>(OBJECT_KINDS).filter(({ kind }) => kind !== "Pod"),
  OBJECT_KINDS.Deployment,
  OBJECT_KINDS.Deployment,
  OBJECT_KINDS.StatefulSet,
];

/** A workload with the template of a Pod. */
export function workload(random: SeededRandom, pod: KubeObject): KubeObject {
  const kind = random.pick(KINDS);
  const spec = random.oneIn(2) ? pod.spec : { ...pod.spec, restartPolicy: undefined, ...spreadOf(random) };
  const { metadata, ...object } = kind.of({ ...pod, spec });
  const isScaled = kind.resource === "deployments" || kind.resource === "statefulsets";
  const replicas = isScaled ? pickFields(random, { replicas: [undefined, null, 0, 1, 2, 3, 50, 51, 1_000] }) : {};
  return {
    apiVersion: kind.group === "" ? kind.version : `${kind.group}/${kind.version}`,
    kind: kind.kind,
    ...object,
    metadata: { ...metadata, namespace: pod.metadata.namespace },
    ...(object.spec === undefined ? {} : { spec: { ...object.spec, ...replicas } }),
  };
}

function spreadOf(random: SeededRandom): KubeObject {
  const constraint = (topologyKey: string): KubeObject => ({
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: LABEL_SELECTOR,
  });
  const term = (topologyKey: string): KubeObject => ({ topologyKey, labelSelector: LABEL_SELECTOR });
  const required = "requiredDuringSchedulingIgnoredDuringExecution";
  return pickFields(random, {
    topologySpreadConstraints: [
      undefined,
      null,
      [],
      [constraint(ZONE)],
      [constraint(HOST)],
      [constraint(HOST), constraint(ZONE)],
      [{ ...constraint(ZONE), labelSelector: undefined }],
    ],
    affinity: [
      undefined,
      undefined,
      null,
      {},
      { podAntiAffinity: null },
      { podAntiAffinity: { [required]: null } },
      { podAntiAffinity: { [required]: [term(HOST)] } },
      { podAntiAffinity: { [required]: [{ topologyKey: ZONE }] } },
      { podAntiAffinity: { [required]: [term(HOST), term(ZONE)] } },
      {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term(ZONE) }],
        },
      },
    ],
  });
}
