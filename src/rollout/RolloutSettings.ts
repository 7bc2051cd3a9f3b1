import { isObjectName } from "../protocol/kubernetesNames.ts";
import { RolloutError } from "./RolloutError.ts";
import { ROLLOUT_ANNOTATIONS } from "./workload/rolloutAnnotations.ts";
import { WORKLOAD_KINDS, type WorkloadRef } from "./workload/WorkloadRef.ts";

/** How the workloads of a Certificate are rolled. Read from the Certificate's annotations. */
export interface RolloutSettings {
  /** At least one, in the order of the rollouts. */
  readonly workloads: readonly WorkloadRef[];
  /** `in-place`: no Pod is replaced. */
  readonly policy: "rolling" | "canary" | "in-place";
  /** The limit for each workload, from its first change to its last Pod. */
  readonly timeoutMs: number;
  /** The number of canary Pods. */
  readonly canary: Portion;
  readonly probePort: number;
  /** The server name (SNI) of probes; undefined for the Certificate's first name. */
  readonly probeHost: string | undefined;
  /** The identifier of a manual rollout. */
  readonly request: string | undefined;
  /** The user who requested the manual rollout. */
  readonly requestedBy: string | undefined;
}

/** A number of Pods, or a percentage of all Pods. */
export type Portion = { readonly pods: number } | { readonly percent: number };

type Annotations = Readonly<Record<string, string>>;

/** The default is that of a Deployment's `progressDeadlineSeconds`. */
const TIMEOUT_SECONDS = { default: 600, min: 1, max: 86_400 };
const PROBE_PORT = { default: 8443, min: 1, max: 65_535 };
/** Each workload takes a few calls a second during its rollout. */
const MAX_WORKLOADS = 32;
const HOST = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/i;
/** The value is copied to an annotation of every Pod. */
const REQUEST = /^[\w.:+-]{1,128}$/;

/**
 * Reads the annotations of a Certificate. Undefined when it has no annotation `postern.dev/rollout`. Throws
 * {@link RolloutError} `bad-settings`, whose message names the annotation and the expected value.
 */
export function readRolloutSettings(annotations: Annotations): RolloutSettings | undefined {
  const workloads = annotations[ROLLOUT_ANNOTATIONS.workloads];
  if (workloads === undefined) return undefined;
  return {
    workloads: readWorkloads(workloads),
    policy: readPolicy(annotations[ROLLOUT_ANNOTATIONS.policy]),
    timeoutMs: readNumber(annotations, ROLLOUT_ANNOTATIONS.timeout, TIMEOUT_SECONDS) * 1000,
    canary: readPortion(annotations[ROLLOUT_ANNOTATIONS.canary]),
    probePort: readNumber(annotations, ROLLOUT_ANNOTATIONS.probePort, PROBE_PORT),
    probeHost: readText(annotations, ROLLOUT_ANNOTATIONS.probeHost, HOST, "a host name"),
    request: readText(
      annotations,
      ROLLOUT_ANNOTATIONS.request,
      REQUEST,
      "at most 128 letters, digits and characters of -_.:+",
    ),
    requestedBy: annotations[ROLLOUT_ANNOTATIONS.requestedBy],
  };
}

/** The number of Pods that a portion of `pods` is: at least 1, at most `pods`. */
export function podsOf(portion: Portion, pods: number): number {
  const wanted = "pods" in portion ? portion.pods : Math.ceil((pods * portion.percent) / 100);
  return Math.min(pods, Math.max(1, wanted));
}

function readWorkloads(text: string): WorkloadRef[] {
  const expected = 'a list such as "deployment/gate, statefulset/db"';
  // Counted first: an annotation has up to 256 KiB, and each reconciliation reads those of all Certificates of its namespace.
  const items = text.split(",", MAX_WORKLOADS + 1).map((item) => item.trim());
  if (items.length > MAX_WORKLOADS)
    throw badSetting(
      ROLLOUT_ANNOTATIONS.workloads,
      `${MAX_WORKLOADS + 1} workloads or more`,
      `at most ${MAX_WORKLOADS}`,
    );
  const refs = items.map((item): WorkloadRef => {
    const [kind = "", name = "", ...rest] = item.split("/");
    const known = WORKLOAD_KINDS.find((it) => it.toLowerCase() === kind.toLowerCase());
    if (known === undefined || rest.length > 0 || !isObjectName(name))
      throw badSetting(ROLLOUT_ANNOTATIONS.workloads, item, expected);
    return { kind: known, name };
  });
  const keys = refs.map(({ kind, name }) => `${kind}/${name}`);
  const repeated = keys.find((key, at) => keys.indexOf(key) !== at);
  if (repeated !== undefined) throw badSetting(ROLLOUT_ANNOTATIONS.workloads, repeated, "each workload once");
  return refs;
}

function readPolicy(text: string | undefined): RolloutSettings["policy"] {
  if (text === undefined) return "rolling";
  if (text === "rolling" || text === "canary" || text === "in-place") return text;
  throw badSetting(ROLLOUT_ANNOTATIONS.policy, text, "rolling, canary or in-place");
}

function readPortion(text: string | undefined): Portion {
  if (text === undefined) return { pods: 1 };
  const [, digits, percent] = /^([1-9]\d{0,5})(%?)$/.exec(text) ?? [];
  const number = Number(digits);
  if (digits === undefined || (percent === "%" && number > 100))
    throw badSetting(ROLLOUT_ANNOTATIONS.canary, text, 'a number of Pods such as "1", or a percentage such as "25%"');
  return percent === "%" ? { percent: number } : { pods: number };
}

function readNumber(annotations: Annotations, key: string, range: typeof PROBE_PORT): number {
  const text = annotations[key];
  if (text === undefined) return range.default;
  const number = Number(text);
  if (!/^\d{1,9}$/.test(text) || number < range.min || number > range.max)
    throw badSetting(key, text, `a number from ${range.min} to ${range.max}`);
  return number;
}

function readText(annotations: Annotations, key: string, pattern: RegExp, expected: string): string | undefined {
  const text = annotations[key];
  if (text === undefined || pattern.test(text)) return text;
  throw badSetting(key, text, expected);
}

function badSetting(key: string, found: string, expected: string): RolloutError {
  return new RolloutError(
    "bad-settings",
    `annotation ${key}: expected ${expected}, not ${JSON.stringify(found.slice(0, 80))}`,
  );
}
