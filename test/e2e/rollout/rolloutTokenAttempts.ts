import { APPLY, type ApiAnswer, type KubeObject } from "../../cluster/ClusterApi.ts";
import { at, begun, IN_PROGRESS, NAMESPACE, type RolloutTokenBed, STATE } from "./RolloutTokenBed.ts";

const GATE = at.workload("deployments", "gate");
const OTHER = at.workload("deployments", "other");
const DB = at.workload("statefulsets", "db");
const EDGE = at.workload("daemonsets", "edge");
const CERTIFICATE = at.certificate("gate-tls");
const JSON_PATCH = { contentType: "application/json-patch+json" };
const STRATEGIC = { contentType: "application/strategic-merge-patch+json" };
const FORCED = { contentType: APPLY, query: { fieldManager: "postern-rollout", force: "true" } };
const MARKED = { "postern.dev/certificate-revision": "1", "x-certificate-serial": "a1" };
/** The marks of a Pod that reloads its certificate. */
export const IN_PLACE = { ...MARKED, "postern.dev/rollout-in-place": "true" };
const image = { spec: { template: { spec: { containers: [{ name: "app", image: "evil.example.com/app:1" }] } } } };
const privileged = { name: "app", image: "registry.example.com/app:1", securityContext: { privileged: true } };
const event = {
  metadata: { name: "gate-tls.1" },
  eventTime: "2026-01-01T00:00:00.000000Z",
  reportingController: "postern.dev/rollout",
  reportingInstance: "postern-rollout",
  action: "RolledOut",
  reason: "RolledOut",
  type: "Normal",
  note: "x",
  regarding: { apiVersion: "cert-manager.io/v1", kind: "Certificate", name: "gate-tls", namespace: NAMESPACE },
};
/** A well-formed Event. */
export const EVENT = event;
const CERTIFICATE_KIND = { apiVersion: "cert-manager.io/v1", kind: "Certificate" };
const lease = { holderIdentity: "x", leaseDurationSeconds: 15 };

export type Attempt = readonly [what: string, send: (bed: RolloutTokenBed) => Promise<ApiAnswer>];

/** Merge patches of the Pod template of a workload. */
const template = (path: string, spec: object) => (bed: RolloutTokenBed) =>
  bed.call("PATCH", path, { spec: { template: { spec } } });
const spec = (path: string, change: object) => (bed: RolloutTokenBed) => bed.call("PATCH", path, { spec: change });
const metadata = (path: string, change: object) => (bed: RolloutTokenBed) =>
  bed.call("PATCH", path, { metadata: change });
const begin = (name: string, change: KubeObject = {}, more: object = {}) => {
  return (bed: RolloutTokenBed) => bed.call("PATCH", GATE, begun(name, change, more));
};

/** Deletes a Pod as the controller does, with changes of the options. */
export async function deletePod(bed: RolloutTokenBed, name: string, options: object = {}): Promise<ApiAnswer> {
  const { uid } = (await bed.live(at.pod(name))).metadata;
  const body = { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid }, ...options };
  return bed.call("DELETE", at.pod(name), body, { contentType: "application/json" });
}

/** Changes a Pod's status by a dry run of one of its subresources. */
const subresource = (name: string, method: string, body: object) => (bed: RolloutTokenBed) =>
  bed.call(method, at.pod(`reloading/${name}`), body);

const workloads: readonly Attempt[] = [
  ["run a privileged container", template(GATE, { containers: [privileged] })],
  ["set another image", (bed) => bed.call("PATCH", GATE, image)],
  ["set another image in a StatefulSet", (bed) => bed.call("PATCH", DB, image)],
  ["set another image in a DaemonSet", (bed) => bed.call("PATCH", EDGE, image)],
  ["set another image by strategic merge", (bed) => bed.call("PATCH", GATE, image, STRATEGIC)],
  [
    "set another image by JSON Patch",
    (bed) =>
      bed.call(
        "PATCH",
        GATE,
        [{ op: "replace", path: "/spec/template/spec/containers/0/image", value: "evil.example.com/app:1" }],
        JSON_PATCH,
      ),
  ],
  [
    "set another image by server-side apply",
    (bed) => bed.call("PATCH", GATE, { apiVersion: "apps/v1", kind: "Deployment", ...image }, FORCED),
  ],
  [
    "replace a Deployment",
    async (bed) => {
      const live = await bed.live(GATE);
      live.spec.template.spec.containers[0].image = "evil.example.com/app:1";
      return bed.call("PUT", GATE, live);
    },
  ],
  ["set another image with the marks of a rollout", begin("gate-tls", image.spec)],
  ["set a command", template(GATE, { containers: [{ ...privileged, securityContext: null, command: ["sh"] }] })],
  [
    "remove the environment",
    template(GATE, { containers: [{ name: "app", image: "registry.example.com/app:1", env: [] }] }),
  ],
  [
    "add a container",
    (bed) =>
      bed.call(
        "PATCH",
        GATE,
        [{ op: "add", path: "/spec/template/spec/containers/-", value: { name: "b", image: "b" } }],
        JSON_PATCH,
      ),
  ],
  ["add an init container", template(GATE, { initContainers: [{ name: "b", image: "b" }] })],
  ["mount a Secret", template(GATE, { volumes: [{ name: "s", secret: { secretName: "x" } }] })],
  ["mount the host's files", template(DB, { volumes: [{ name: "s", hostPath: { path: "/" } }] })],
  ["use the host's network", template(EDGE, { hostNetwork: true })],
  ["set a ServiceAccount", template(GATE, { serviceAccountName: "admin" })],
  ["set a securityContext", template(GATE, { securityContext: { runAsUser: 0 } })],
  ["set a nodeSelector", template(GATE, { nodeSelector: { node: "control-plane" } })],
  ["set tolerations", template(GATE, { tolerations: [{ operator: "Exists" }] })],
  ["set terminationGracePeriodSeconds", template(GATE, { terminationGracePeriodSeconds: 0 })],
  ["set a label of the Pods", spec(GATE, { template: { metadata: { labels: { a: "b" } } } })],
  [
    "set another annotation of the Pods",
    spec(GATE, {
      template: { metadata: { annotations: { "container.apparmor.security.beta.kubernetes.io/app": "unconfined" } } },
    }),
  ],
  [
    "remove an annotation of the Pods",
    spec(GATE, { template: { metadata: { annotations: { "example.com/kept": null } } } }),
  ],
  ["scale to 0", spec(GATE, { replicas: 0 })],
  ["scale a StatefulSet to a million", spec(DB, { replicas: 1_000_000 })],
  ["scale by the subresource", (bed) => bed.call("PATCH", `${GATE}/scale`, { spec: { replicas: 0 } })],
  ["set the status", (bed) => bed.call("PATCH", `${GATE}/status`, { status: { replicas: 9 } })],
  ["pause a Deployment", spec(GATE, { paused: true })],
  ["set revisionHistoryLimit", spec(GATE, { revisionHistoryLimit: 0 })],
  ["delete the volumes of a StatefulSet", spec(DB, { persistentVolumeClaimRetentionPolicy: { whenScaled: "Delete" } })],
  ["set minReadySeconds of a StatefulSet", spec(DB, { minReadySeconds: 2_000_000_001 })],
  ["set the strategy Recreate", spec(GATE, { strategy: { type: "Recreate", rollingUpdate: null } })],
  ["set maxUnavailable 100%", spec(GATE, { strategy: { rollingUpdate: { maxUnavailable: "100%" } } })],
  ["set maxSurge without a rollout", spec(GATE, { strategy: { rollingUpdate: { maxSurge: 3 } } })],
  ["set minReadySeconds without a rollout", spec(GATE, { minReadySeconds: 599 })],
  [
    "set the defaults of a strategy without a rollout",
    spec(GATE, { strategy: { rollingUpdate: { maxSurge: "25%" } } }),
  ],
  ["set progressDeadlineSeconds", spec(GATE, { progressDeadlineSeconds: 1 })],
  ["set a partition without a rollout", spec(DB, { updateStrategy: { rollingUpdate: { partition: 3 } } })],
  ["set OnDelete without a rollout", spec(EDGE, { updateStrategy: { type: "OnDelete", rollingUpdate: null } })],
  ["set OnDelete for a StatefulSet", spec(DB, { updateStrategy: { type: "OnDelete", rollingUpdate: null } })],
  ["begin with maxUnavailable 100%", begin("gate-tls", { strategy: { rollingUpdate: { maxUnavailable: "100%" } } })],
  [
    "begin a canary that surges by a thousand",
    begin(
      "gate-tls",
      {
        minReadySeconds: 2_000_000_001,
        progressDeadlineSeconds: 2_147_483_647,
        strategy: { rollingUpdate: { maxSurge: 1000, maxUnavailable: 0 } },
      },
      { phase: "canary" },
    ),
  ],
  [
    "begin with another strategy to restore",
    begin(
      "gate-tls",
      {},
      {
        before: {
          marks: { revision: null, serial: null, request: null },
          staging: {
            kind: "Deployment",
            maxSurge: 0,
            maxUnavailable: "100%",
            minReadySeconds: null,
            progressDeadlineSeconds: 600,
          },
        },
      },
    ),
  ],
  [
    "begin with other marks to restore",
    begin(
      "gate-tls",
      {},
      { before: { marks: { revision: "7", serial: "a", request: null }, staging: { kind: "Deployment" } } },
    ),
  ],
  ["begin with marks that are not those of the state", begin("gate-tls", {}, { revision: 2 })],
  ["begin with a serial that is none", begin("gate-tls", {}, { serial: "a1\n" })],
  ["begin with a timeout of 31 years", begin("gate-tls", {}, { timeout: 1_000_000_000_000 })],
  ["begin with a state of 9 KB", begin("gate-tls", {}, { message: "x".repeat(9_000) })],
  ["begin with another member in the state", begin("gate-tls", {}, { and: "more" })],
  ["begin at a workload that the Certificate does not name", (bed) => bed.call("PATCH", OTHER, begun("gate-tls"))],
  [
    "begin at a workload of a Certificate without the annotation",
    (bed) => bed.call("PATCH", OTHER, begun("plain-tls")),
  ],
  [
    "begin without the label",
    (bed) => {
      const { spec: change, metadata: parts } = begun("gate-tls");
      return bed.call("PATCH", GATE, { spec: change, metadata: { annotations: parts.annotations } });
    },
  ],
  ["write marks without a state", spec(GATE, { template: { metadata: { annotations: MARKED } } })],
  ["write a state that is not one", metadata(GATE, { annotations: { [STATE]: "x".repeat(100_000) } })],
  ["set the label only", metadata(GATE, { labels: { [IN_PROGRESS]: "true" } })],
  ["set another label", metadata(GATE, { labels: { app: "x" } })],
  ["remove a label", metadata(GATE, { labels: { app: null } })],
  ["set another annotation", metadata(GATE, { annotations: { "example.com/a": "x".repeat(100_000) } })],
  ["remove an annotation", metadata(GATE, { annotations: { "example.com/owner": null } })],
  ["add a finalizer", metadata(GATE, { finalizers: ["example.com/stay"] })],
  ["add an owner", metadata(GATE, { ownerReferences: [{ apiVersion: "v1", kind: "Namespace", name: "x", uid: "x" }] })],
  ["empty managedFields", metadata(GATE, { managedFields: [{}] })],
  [
    "take fields from their manager",
    async (bed) => {
      const { managedFields } = (await bed.live(GATE)).metadata;
      const [entry] = managedFields;
      const fieldsV1 = { "f:metadata": { "f:labels": { ".": {} } } };
      return bed.call("PATCH", GATE, { metadata: { managedFields: [{ ...entry, fieldsV1 }] } });
    },
  ],
  ["delete a Deployment", (bed) => bed.call("DELETE", GATE)],
  ["delete all Deployments", (bed) => bed.call("DELETE", at.workload("deployments", ""))],
  [
    "create a DaemonSet",
    async (bed) => {
      const { spec: copied } = await bed.live(EDGE);
      return bed.call("POST", at.workload("daemonsets", ""), { metadata: { name: "new" }, spec: copied });
    },
  ],
  [
    "create a Deployment by server-side apply",
    async (bed) => {
      const { spec: copied } = await bed.live(GATE);
      const object = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "new" }, spec: copied };
      return bed.call("PATCH", at.workload("deployments", "new"), object, FORCED);
    },
  ],
  ["set another image by a dry run", (bed) => bed.call("PATCH", GATE, image, { query: { dryRun: "All" } })],
  [
    "create a ControllerRevision",
    (bed) =>
      bed.call("POST", at.workload("controllerrevisions", ""), { metadata: { name: "x" }, revision: 1, data: {} }),
  ],
];

const pods: readonly Attempt[] = [
  ["delete a Pod without a controller", (bed) => deletePod(bed, "bare")],
  ["delete a Pod of a Deployment", (bed) => deletePod(bed, "of-deployment")],
  ["delete a Pod of a Job", (bed) => deletePod(bed, "of-job")],
  ["delete a Pod of a StatefulSet that no rollout created", (bed) => deletePod(bed, "of-statefulset")],
  ["delete a Pod of a DaemonSet that no rollout created", (bed) => deletePod(bed, "of-daemonset")],
  [
    "mark a Pod and then delete it",
    async (bed) => {
      const { status, body } = await bed.call("PATCH", at.pod("reloading"), { metadata: { annotations: IN_PLACE } });
      if (status !== 200) throw new Error(body.message);
      return deletePod(bed, "reloading");
    },
  ],
  [
    "mark a Pod without saying so",
    (bed) => bed.call("PATCH", at.pod("of-daemonset"), { metadata: { annotations: MARKED } }),
  ],
  [
    "take back that a Pod was marked",
    (bed) =>
      bed.call("PATCH", at.pod("reloaded"), { metadata: { annotations: { "postern.dev/rollout-in-place": null } } }),
  ],
  ["delete a Pod without its uid", (bed) => bed.call("DELETE", at.pod("of-rollout"))],
  ["kill a Pod without grace", (bed) => deletePod(bed, "of-rollout", { gracePeriodSeconds: 0 })],
  ["delete all Pods", (bed) => bed.call("DELETE", at.pod(""))],
  ["set the image of a Pod", (bed) => bed.call("PATCH", at.pod("reloading"), { spec: image.spec.template.spec })],
  ["set a label of a Pod", metadata(at.pod("reloading"), { labels: { app: "x" } })],
  ["set another annotation of a Pod", metadata(at.pod("reloading"), { annotations: { ...IN_PLACE, a: "b" } })],
  [
    "set a mark of 100 KB",
    metadata(at.pod("reloading"), { annotations: { ...IN_PLACE, "x-certificate-serial": "a".repeat(100_000) } }),
  ],
  ["take a Pod from its owner", metadata(at.pod("reloading"), { annotations: IN_PLACE, ownerReferences: null })],
  [
    "add a finalizer to a Pod",
    metadata(at.pod("reloading"), { annotations: IN_PLACE, finalizers: ["a.example.com/b"] }),
  ],
  ["mark a Pod without a controller", metadata(at.pod("bare"), { annotations: IN_PLACE })],
  [
    "add a debug container",
    subresource("ephemeralcontainers", "PATCH", { spec: { ephemeralContainers: [{ name: "d", image: "d" }] } }),
  ],
  ["set the status of a Pod", subresource("status", "PATCH", { status: { phase: "Failed" } })],
  [
    "resize a Pod",
    subresource("resize", "PATCH", { spec: { containers: [{ name: "app", resources: { limits: { cpu: "1" } } }] } }),
  ],
  [
    "evict a Pod",
    subresource("eviction", "POST", { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: "reloading" } }),
  ],
  [
    "bind a Pod",
    subresource("binding", "POST", {
      apiVersion: "v1",
      kind: "Binding",
      metadata: { name: "reloading" },
      target: { kind: "Node", name: "n" },
    }),
  ],
  ["run a command in a Pod", (bed) => bed.call("GET", at.pod("reloading/exec?command=id&stdout=true"))],
  [
    "create a Pod",
    (bed) =>
      bed.call("POST", at.pod(""), { metadata: { name: "x" }, spec: { containers: [{ name: "a", image: "a" }] } }),
  ],
];

const others: readonly Attempt[] = [
  ["change the spec of a Certificate", spec(CERTIFICATE, { dnsNames: ["evil.example.com"] })],
  [
    "name another workload in a Certificate",
    metadata(CERTIFICATE, { annotations: { "postern.dev/rollout": "deployment/other" } }),
  ],
  ["label a Certificate", metadata(CERTIFICATE, { labels: { a: "b" } })],
  [
    "request 300 characters",
    metadata(CERTIFICATE, { annotations: { "postern.dev/rollout-request": "x".repeat(300) } }),
  ],
  [
    "request a rollout of a Certificate without workloads",
    metadata(at.certificate("plain-tls"), { annotations: { "postern.dev/rollout-request": "x" } }),
  ],
  ["delete a Certificate", (bed) => bed.call("DELETE", CERTIFICATE)],
  [
    "create a Certificate",
    async (bed) => {
      const { spec: copied } = await bed.live(CERTIFICATE);
      return bed.call("POST", at.certificate("").replace(/\/$/, ""), {
        ...CERTIFICATE_KIND,
        metadata: { name: "x" },
        spec: copied,
      });
    },
  ],
  [
    "set the condition Ready",
    (bed) =>
      bed.call("PATCH", `${CERTIFICATE}/status`, {
        status: { conditions: [{ type: "Ready", status: "True", reason: "X", message: "" }] },
      }),
  ],
  [
    "set the revision of a Certificate",
    (bed) => bed.call("PATCH", `${CERTIFICATE}/status`, { status: { revision: 9 } }),
  ],
  [
    "set a condition with a message of 20 KB",
    (bed) =>
      bed.call("PATCH", `${CERTIFICATE}/status`, {
        status: { conditions: [{ type: "RolledOut", status: "True", reason: "X", message: "x".repeat(20_000) }] },
      }),
  ],
  [
    "create another Lease",
    (bed) => bed.call("POST", at.lease(""), { metadata: { name: "postern-sync" }, spec: lease }),
  ],
  [
    "hold its Lease for 68 years",
    (bed) =>
      bed.call("POST", at.lease(""), {
        metadata: { name: "postern-rollout" },
        spec: { ...lease, leaseDurationSeconds: 2_147_483_647 },
      }),
  ],
  [
    "store 200 KB in its Lease",
    (bed) =>
      bed.call("POST", at.lease(""), {
        metadata: { name: "postern-rollout", annotations: { a: "x".repeat(200_000) } },
        spec: lease,
      }),
  ],
  [
    "label its Lease in a renewal",
    async (bed) => {
      const labels = { "example.com/owner": "other" };
      return bed.call("PATCH", await ownLease(bed), { metadata: { labels } });
    },
  ],
  [
    "add an annotation to its Lease",
    async (bed) => bed.call("PATCH", await ownLease(bed), { metadata: { annotations: { a: "b" } } }),
  ],
  ["delete a Lease", (bed) => bed.call("DELETE", at.lease("held"))],
  [
    "create an Event in another name",
    (bed) => bed.call("POST", at.events, { ...event, reportingController: "kubelet" }),
  ],
  [
    "create an Event about a Pod",
    (bed) =>
      bed.call("POST", at.events, {
        ...event,
        regarding: { apiVersion: "v1", kind: "Pod", name: "bare", namespace: NAMESPACE },
      }),
  ],
  ["create an Event with another reason", (bed) => bed.call("POST", at.events, { ...event, reason: "Healthy" })],
  [
    "create an Event with labels",
    (bed) => bed.call("POST", at.events, { ...event, metadata: { name: "gate-tls.2", labels: { a: "b" } } }),
  ],
  ["read Secrets", (bed) => bed.call("GET", `/api/v1/namespaces/${NAMESPACE}/secrets`)],
  [
    "change its ClusterRole",
    (bed) => bed.call("PATCH", "/apis/rbac.authorization.k8s.io/v1/clusterroles/postern-rollout", { rules: [] }),
  ],
  [
    "delete the binding of its policy",
    (bed) =>
      bed.call(
        "DELETE",
        "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/postern-rollout-workloads",
      ),
  ],
];

/** The path of a Lease of the controller that an administrator labelled. */
export async function ownLease(bed: RolloutTokenBed): Promise<string> {
  const path = at.lease("postern-rollout");
  const { status } = await bed.cluster.api.get(path);
  const metadata = { name: "postern-rollout", labels: { "example.com/owner": "team" } };
  if (status === 404) await bed.create(at.lease(""), { metadata, spec: lease });
  else await bed.cluster.api.merge(path, { metadata });
  return path;
}

/** Misuses of a stolen token of the rollout controller, by name. */
export const rolloutTokenAttempts: readonly Attempt[] = [...workloads, ...pods, ...others];
