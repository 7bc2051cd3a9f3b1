/** The annotations that people write on a Certificate. */
export const ROLLOUT_ANNOTATIONS = {
  /** Which workloads use it: `deployment/NAME`, `statefulset/NAME` or `daemonset/NAME`, with commas between them. */
  workloads: "postern.dev/rollout",
  /** `rolling`, `canary` or `in-place`. */
  policy: "postern.dev/renewal-policy",
  timeout: "postern.dev/timeout-seconds",
  /** How many Pods are the canary: a number, or a percentage. */
  canary: "postern.dev/canary",
  /** At which port of a Pod the canary's certificate is looked at. */
  probePort: "postern.dev/probe-port",
  /** Which name it is asked for. */
  probeHost: "postern.dev/probe-host",
  /** A rollout by hand; each has a word of its own. */
  request: "postern.dev/rollout-request",
  /** Who asked for that. */
  requestedBy: "postern.dev/rollout-requested-by",
} as const;

/** What a rollout puts onto a Pod template: by these, Pods of the new certificate are told from others. */
export const MARKS = {
  revision: "postern.dev/certificate-revision",
  /** The leaf's serial number, in lower-case hex. */
  serial: "x-certificate-serial",
  request: "postern.dev/rollout-request",
} as const;

/** Where a workload remembers its rollout. */
export const STATE_ANNOTATION = "postern.dev/rollout-state";
/** On a workload while a rollout is under way, so that one can be found whose Certificate is gone. */
export const IN_PROGRESS_LABEL = "postern.dev/rollout-in-progress";
/** What cert-manager writes on a CertificateRequest: which revision of its Certificate it is for. */
export const REQUEST_REVISION = "cert-manager.io/certificate-revision";
