import type { GroupVersionKind } from "../../../../src/protocol/review/Review.ts";
import type { KubeObject } from "../../../cluster/ClusterApi.ts";

/** A kind of objects with a Pod in it. */
export interface ObjectKind extends GroupVersionKind {
  readonly resource: string;
  /** An object of the kind with the metadata and the spec of a Pod. */
  readonly of: (pod: KubeObject) => KubeObject;
}

const app = { app: "generated" };

/** The kinds of which objects are made. */
export const OBJECT_KINDS = {
  Pod: { group: "", version: "v1", kind: "Pod", resource: "pods", of: (pod) => pod },
  Deployment: workload("apps", "Deployment", "deployments", (template) => ({
    selector: { matchLabels: app },
    template,
  })),
  StatefulSet: workload("apps", "StatefulSet", "statefulsets", (template) => ({
    serviceName: "a",
    selector: { matchLabels: app },
    template,
  })),
  DaemonSet: workload("apps", "DaemonSet", "daemonsets", (template) => ({ selector: { matchLabels: app }, template })),
  ReplicaSet: workload("apps", "ReplicaSet", "replicasets", (template) => ({
    selector: { matchLabels: app },
    template,
  })),
  ReplicationController: workload("", "ReplicationController", "replicationcontrollers", (template) => ({
    selector: app,
    template,
  })),
  Job: workload("batch", "Job", "jobs", (template) => ({ template: never(template) })),
  CronJob: workload("batch", "CronJob", "cronjobs", (template) => ({
    schedule: "0 0 * * *",
    jobTemplate: { spec: { template: never(template) } },
  })),
  PodTemplate: {
    group: "",
    version: "v1",
    kind: "PodTemplate",
    resource: "podtemplates",
    of: (pod) => ({ metadata: { name: pod.metadata.name }, template: templateOf(pod) }),
  },
} satisfies Record<string, ObjectKind>;

function workload(
  group: string,
  kind: string,
  resource: string,
  spec: (template: KubeObject) => KubeObject,
): ObjectKind {
  return {
    group,
    version: "v1",
    kind,
    resource,
    of: (pod) => ({ metadata: { name: pod.metadata.name }, spec: spec(templateOf(pod)) }),
  };
}

function templateOf({ metadata, spec }: KubeObject): KubeObject {
  return { metadata: { annotations: metadata.annotations ?? {}, labels: { ...metadata.labels, ...app } }, spec };
}

function never(template: KubeObject): KubeObject {
  return { ...template, spec: { ...template.spec, restartPolicy: "Never" } };
}
