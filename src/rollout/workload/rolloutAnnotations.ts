/** The annotations that people write on a Certificate. */
export const ROLLOUT_ANNOTATIONS = {
  /** The workloads to roll: `deployment/NAME`, `statefulset/NAME` or `daemonset/NAME`, separated by commas. */
  workloads: "postern.dev/rollout",
  /** `rolling`, `canary` or `in-place`. */
  policy: "postern.dev/renewal-policy",
  /** The limit for one workload's rollout. */
  timeout: "postern.dev/timeout-seconds",
  /** The number of canary Pods, or a percentage. */
  canary: "postern.dev/canary",
  /** The port of a Pod at which its certificate is probed. */
  probePort: "postern.dev/probe-port",
  /** The server name (SNI) of the probe. */
  probeHost: "postern.dev/probe-host",
  /** The identifier of a manual rollout. Each new value starts another one. */
  request: "postern.dev/rollout-request",
  /** The user who requested the manual rollout. */
  requestedBy: "postern.dev/rollout-requested-by",
} as const;

/**
 * The annotations of the marks: a rollout writes them on the Pod template, so every Pod has the marks of the certificate
 * that it was created for.
 */
export const MARKS = {
  /** The Certificate's revision. */
  revision: "postern.dev/certificate-revision",
  /** The leaf's serial number, in lower-case hex. */
  serial: "x-certificate-serial",
  /** The identifier of a manual rollout. */
  request: "postern.dev/rollout-request",
} as const;

/**
 * The annotation of a Pod whose marks were written on the Pod itself, not on its template. The ValidatingAdmissionPolicy of
 * the controller lets it delete no such Pod.
 */
export const IN_PLACE_ANNOTATION = "postern.dev/rollout-in-place";
/** The annotation of a workload that stores the state of its rollout. */
export const STATE_ANNOTATION = "postern.dev/rollout-state";
/** The label of a workload during a rollout. It finds the rollouts whose Certificate was deleted. */
export const IN_PROGRESS_LABEL = "postern.dev/rollout-in-progress";
/** cert-manager's annotation on a CertificateRequest: the revision of the Certificate that it is for. */
export const REQUEST_REVISION = "cert-manager.io/certificate-revision";
