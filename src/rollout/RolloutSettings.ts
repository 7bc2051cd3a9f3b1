import { isObjectName } from "../protocol/kubernetesNames.ts";
import { RolloutError } from "./RolloutError.ts";
import { ROLLOUT_ANNOTATIONS } from "./workload/rolloutAnnotations.ts";
import { WORKLOAD_KINDS, type WorkloadRef } from "./workload/WorkloadRef.ts";

/** How the workloads of a Certificate are rolled. */
export interface RolloutSettings {
  /** At least one, in the order in which they are rolled. */
  readonly workloads: readonly WorkloadRef[];
  /** `in-place`: no Pod is replaced. */
  readonly policy: "rolling" | "canary" | "in-place";
  /** For each workload, from its first change to its last Pod. In milliseconds. */
  readonly timeout: number;
  readonly canary: Portion;
  readonly probePort: number;
  /** For SNI; undefined for the Certificate's first name. */
  readonly probeHost: string | undefined;
  /** Of a rollout by hand. */
  readonly request: string | undefined;
  readonly requestedBy: string | undefined;
}

/** So many Pods, or such a part of them. */
export type Portion = { readonly pods: number } | { readonly percent: number };

/** In seconds. A Deployment's own limit is 600 (`progressDeadlineSeconds`). */
const TIMEOUT = 600;
const MOST_TIMEOUT = 86_400;
const PROBE_PORT = 8443;
/** Each is a few calls each second while it rolls. */
const MOST_WORKLOADS = 32;
const HOST = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/i;
/** It goes into an annotation of every Pod. */
const REQUEST = /^[\w.:+-]{1,128}$/;

/**
 * Reads the annotations of a Certificate; undefined where none of its workloads is to be rolled. Throws
 * {@link RolloutError} `bad-settings`, which names the annotation and what was expected.
 */
export function readRolloutSettings(annotations: Readonly<Record<string, string>>): RolloutSettings | undefined {
  const text = annotations[ROLLOUT_ANNOTATIONS.workloads];
  if (text === undefined) return undefined;
  return {
    workloads: readWorkloads(text),
    policy: readPolicy(annotations[ROLLOUT_ANNOTATIONS.policy]),
    timeout:
      readNumber(ROLLOUT_ANNOTATIONS.timeout, annotations[ROLLOUT_ANNOTATIONS.timeout], TIMEOUT, 1, MOST_TIMEOUT) *
      1000,
    canary: readPortion(annotations[ROLLOUT_ANNOTATIONS.canary]),
    probePort: readNumber(
      ROLLOUT_ANNOTATIONS.probePort,
      annotations[ROLLOUT_ANNOTATIONS.probePort],
      PROBE_PORT,
      1,
      65_535,
    ),
    probeHost: readWord(ROLLOUT_ANNOTATIONS.probeHost, annotations[ROLLOUT_ANNOTATIONS.probeHost], HOST, "a host name"),
    request: readWord(
      ROLLOUT_ANNOTATIONS.request,
      annotations[ROLLOUT_ANNOTATIONS.request],
      REQUEST,
      "at most 128 letters, digits and any of -_.:+",
    ),
    requestedBy: annotations[ROLLOUT_ANNOTATIONS.requestedBy],
  };
}

function readWorkloads(text: string): WorkloadRef[] {
  const expected = 'a list such as "deployment/gate, statefulset/db"';
  const words = text.split(",").map((word) => word.trim());
  const refs = words.map((word): WorkloadRef => {
    const [kind = "", name = "", ...rest] = word.split("/");
    const known = WORKLOAD_KINDS.find((it) => it.toLowerCase() === kind.toLowerCase());
    if (known === undefined || rest.length > 0 || !isObjectName(name))
      throw fault(ROLLOUT_ANNOTATIONS.workloads, word, expected);
    return { kind: known, name };
  });
  const keys = refs.map(({ kind, name }) => `${kind}/${name}`);
  const twice = keys.find((key, at) => keys.indexOf(key) !== at);
  if (twice !== undefined) throw fault(ROLLOUT_ANNOTATIONS.workloads, twice, "each workload once");
  if (refs.length > MOST_WORKLOADS)
    throw fault(ROLLOUT_ANNOTATIONS.workloads, `${refs.length} workloads`, `at most ${MOST_WORKLOADS}`);
  return refs;
}

function readPolicy(text: string | undefined): RolloutSettings["policy"] {
  if (text === undefined) return "rolling";
  if (text === "rolling" || text === "canary" || text === "in-place") return text;
  throw fault(ROLLOUT_ANNOTATIONS.policy, text, "rolling, canary or in-place");
}

function readPortion(text: string | undefined): Portion {
  if (text === undefined) return { pods: 1 };
  const [, digits, percent] = /^([1-9]\d{0,5})(%?)$/.exec(text) ?? [];
  const number = Number(digits);
  if (digits === undefined || (percent === "%" && number > 100))
    throw fault(ROLLOUT_ANNOTATIONS.canary, text, 'a number of Pods such as "1", or a percentage such as "25%"');
  return percent === "%" ? { percent: number } : { pods: number };
}

function readNumber(key: string, text: string | undefined, standard: number, least: number, most: number): number {
  if (text === undefined) return standard;
  const number = Number(text);
  if (!/^\d{1,9}$/.test(text) || number < least || number > most)
    throw fault(key, text, `a number from ${least} to ${most}`);
  return number;
}

function readWord(key: string, text: string | undefined, pattern: RegExp, expected: string): string | undefined {
  if (text === undefined || pattern.test(text)) return text;
  throw fault(key, text, expected);
}

function fault(key: string, found: string, expected: string): RolloutError {
  return new RolloutError(
    "bad-settings",
    `annotation ${key}: expected ${expected}, not ${JSON.stringify(found.slice(0, 80))}`,
  );
}

/** How many of so many Pods a portion is: at least one, at most all. */
export function podsOf(portion: Portion, pods: number): number {
  const wanted = "pods" in portion ? portion.pods : Math.ceil((pods * portion.percent) / 100);
  return Math.min(pods, Math.max(1, wanted));
}
