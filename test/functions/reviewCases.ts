/** A captured review and the answer that the matrix gate must give to it. */
export interface ReviewCase {
  /** Name of a fixture. It begins with the path that the API server called. */
  readonly review: string;
  /** The message of the denial; absent when the review is allowed. */
  readonly denied?: string;
  /** The code of the denial. Default 403. */
  readonly code?: number;
  readonly warnings?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  /** The whole patch, on /mutate. */
  readonly patch?: readonly object[];
}

const BAD_LABEL = "Pod contains forbidden label 'bad-label'";
const stamped = (parent: string): object => ({
  op: "add",
  path: `${parent}/annotations`,
  value: { "postern.dev/a~b": "äöü 🚀" },
});
const first = {
  op: "add",
  path: "/spec/containers/0",
  value: { name: "first", image: "registry.example.com/first:1" },
};
const labelled = { denied: `deny-labels: ${BAD_LABEL}`, annotations: { "denied-by": "deny-labels" } };
const stillLabelled = {
  warnings: [`deny-labels: not denied, because the object had this before: ${BAD_LABEL}`],
  annotations: { "deny-labels.existing": BAD_LABEL },
};
const latest = {
  denied: "pinned-images: spec.template.spec.containers[0].image is not pinned",
  code: 422,
  annotations: { "denied-by": "pinned-images" },
};

/** Every captured AdmissionReview. A test fails when one is missing. */
export const reviewCases: readonly ReviewCase[] = [
  { review: "mutate-v1-create-cronjobs-1", patch: [stamped("/spec/jobTemplate/spec/template/metadata")] },
  { review: "mutate-v1-create-deployments-1", patch: [stamped("/spec/template/metadata")] },
  {
    review: "mutate-v1-create-pods-1",
    patch: [{ op: "add", path: "/metadata/annotations/postern.dev~1a~0b", value: "äöü 🚀" }, first],
  },
  { review: "mutate-v1-create-pods-2", patch: [stamped("/metadata"), first] },
  { review: "mutate-v1-create-statefulsets-1", patch: [stamped("/spec/template/metadata")] },
  { review: "mutate-v1-update-pods-1", patch: [stamped("/metadata")] },
  {
    review: "validate-v1-connect-pods-exec-1",
    warnings: ["watch-exec: admin runs ls"],
    annotations: { "watch-exec.container": "bad" },
  },
  {
    review: "validate-v1-create-clusterrolebindings-1",
    denied: "no-cluster-admin: cluster-admin is bound to nobody",
    annotations: { "denied-by": "no-cluster-admin" },
  },
  { review: "validate-v1-create-cronjobs-1" },
  { review: "validate-v1-create-deployments-1", ...latest },
  { review: "validate-v1-create-ingresses-1", warnings: ["tls-ingress: spec.tls is missing: 🔓 für alle"] },
  { review: "validate-v1-create-pods-1" },
  { review: "validate-v1-create-pods-2", ...labelled },
  { review: "validate-v1-create-pods-binding-1", annotations: { "bound.node": "n1" } },
  { review: "validate-v1-create-pods-eviction-1", warnings: ["evicted: web-7d4b9c6f5d-x2x9k is evicted"] },
  { review: "validate-v1-create-secrets-1" },
  { review: "validate-v1-create-serviceaccounts-1" },
  {
    review: "validate-v1-create-services-1",
    denied: "no-node-ports: NodePort services are closed",
    annotations: { "denied-by": "no-node-ports" },
  },
  { review: "validate-v1-create-statefulsets-1" },
  { review: "validate-v1-delete-deployments-1", annotations: { "protected.had-labels": "app" } },
  { review: "validate-v1-delete-pods-1", annotations: { "protected.had-labels": "bad-label,x" } },
  {
    review: "validate-v1-update-deployments-scale-1",
    denied: "small-deployments: spec.replicas is over 2",
    annotations: { "denied-by": "small-deployments" },
  },
  { review: "validate-v1-update-pods-1", ...stillLabelled },
  { review: "validate-v1-update-pods-ephemeralcontainers-1", ...stillLabelled },
  { review: "validate-v1beta1-create-deployments-1", ...latest },
  { review: "validate-v1beta1-create-pods-1" },
  { review: "validate-v1beta1-create-pods-2", ...labelled },
  { review: "validate-v1beta1-delete-deployments-1", annotations: { "protected.had-labels": "app" } },
  { review: "validate-v1beta1-delete-pods-1", annotations: { "protected.had-labels": "bad-label,x" } },
];
