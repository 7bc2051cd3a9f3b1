import { ROLLOUT_MANAGER } from "../../../src/rollout/workload/rolloutPatch.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { claim, INVENTED, inventedEntry, othersChanged } from "../api/foreignManagedFields.ts";
import { at, begun, type RolloutTokenBed } from "./RolloutTokenBed.ts";
import { type Attempt, EVENT, IN_PLACE } from "./rolloutTokenAttempts.ts";

const GATE = at.workload("deployments", "gate");
const DB = at.workload("statefulsets", "db");
const EDGE = at.workload("daemonsets", "edge");
const POD = at.pod("reloading");
const CERTIFICATE = at.certificate("gate-tls");

/** Writes metadata.managedFields. */
const managedFields = (path: string, change: (all: KubeObject[]) => unknown[]) => async (bed: RolloutTokenBed) =>
  bed.call("PATCH", path, {
    metadata: {
      managedFields: change((await bed.live(path)).metadata.managedFields),
      ...(path === POD ? { annotations: IN_PLACE } : {}),
    },
  });
const CLAIMS: readonly [what: string, fieldsV1: object][] = [
  ["1 MB of invented annotations", { "f:metadata": { "f:annotations": INVENTED } }],
  ["a label, so that a server-side apply of others conflicts", { "f:metadata": { "f:labels": { "f:app": {} } } }],
  ["the spec", { "f:spec": { "f:replicas": {}, "f:secretName": {}, "f:containers": {} } }],
  ["fields below a field that it writes", { "f:spec": { "f:minReadySeconds": INVENTED } }],
  ["fields below the strategy", { "f:spec": { "f:strategy": { "f:rollingUpdate": INVENTED } } }],
  ["fields below the template", { "f:spec": { "f:template": { "f:metadata": { "f:annotations": INVENTED } } } }],
  ["fields below a condition", { "f:status": { "f:conditions": { 'k:{"type":"RolledOut"}': INVENTED } } }],
];
const OBJECTS: readonly [kind: string, path: string][] = [
  ["a Deployment", GATE],
  ["a StatefulSet", DB],
  ["a DaemonSet", EDGE],
  ["a Pod", POD],
  ["a Certificate", CERTIFICATE],
];

/** Misuses of metadata.managedFields with a stolen token of the rollout controller, by name. */
export const rolloutOwnerAttempts: readonly Attempt[] = [
  ...OBJECTS.flatMap(([kind, path]): Attempt[] => [
    ...CLAIMS.map(
      ([what, fieldsV1]): Attempt => [
        `claim ${what} in the managedFields of ${kind}`,
        managedFields(path, (all) => claim(all, ROLLOUT_MANAGER, fieldsV1)),
      ],
    ),
    ...othersChanged(ROLLOUT_MANAGER).map(
      ([what, change]): Attempt => [`${what}, in the managedFields of ${kind}`, managedFields(path, change)],
    ),
  ]),
  [
    "write as another field manager",
    (bed) => bed.call("PATCH", GATE, begun("gate-tls"), { query: { fieldManager: "kubectl" } }),
  ],
  [
    "store 1 MB in the managedFields of its Lease",
    (bed) =>
      bed.call("POST", at.lease(""), {
        metadata: { name: "postern-rollout", managedFields: [inventedEntry("coordination.k8s.io/v1")] },
        spec: { holderIdentity: "x", leaseDurationSeconds: 15 },
      }),
  ],
  [
    "store 1 MB in the managedFields of an Event",
    (bed) =>
      bed.call("POST", at.events, {
        ...EVENT,
        metadata: { name: "gate-tls.3", managedFields: [inventedEntry("events.k8s.io/v1")] },
      }),
  ],
  [
    "store 100 KB in an Event",
    (bed) => bed.call("POST", at.events, { ...EVENT, regarding: { ...EVENT.regarding, uid: "x".repeat(100_000) } }),
  ],
];
