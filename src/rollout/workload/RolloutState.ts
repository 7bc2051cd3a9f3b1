import * as z from "zod/mini";
import { RolloutError } from "../RolloutError.ts";

/** The phase of a workload's rollout. */
export type RolloutPhase =
  /** Only the canary Pods are of the new template, and they are probed. */
  | "canary"
  /** The workload's controller replaces all other Pods. */
  | "rolling"
  /** Every Pod was replaced. Nothing happens until the next revision or request. */
  | "done"
  /** The old marks are back on the template, and the controller replaces the new Pods. */
  | "rolling-back"
  /** The rollback is complete. Nothing happens until the next revision or request. */
  | "rolled-back";

const PHASES = ["canary", "rolling", "done", "rolling-back", "rolled-back"] as const satisfies readonly RolloutPhase[];

/** Why a rollout was rolled back. Also the reason of the condition `RolledOut`. */
export type RollbackReason =
  /** The rollout took longer than `postern.dev/timeout-seconds`. */
  | "TimedOut"
  /** A canary Pod was ready and did not serve the new certificate for 10 seconds. */
  | "ProbeFailed"
  /** The Deployment exceeded its own `progressDeadlineSeconds`. */
  | "ProgressDeadlineExceeded"
  /** Another client changed the marks on the Pod template during the rollout. The template keeps that change. */
  | "TakenBack"
  /** The Certificate was deleted during the rollout, or no longer names the workload. */
  | "Abandoned";

const ROLLBACK_REASONS = [
  "TimedOut",
  "ProbeFailed",
  "ProgressDeadlineExceeded",
  "TakenBack",
  "Abandoned",
] as const satisfies readonly RollbackReason[];

const time = z.number().check(z.int(), z.gte(0));
const word = z.string().check(z.maxLength(1024));
const mark = z.nullable(word);
const marks = z.strictObject({ revision: mark, serial: mark, request: mark });
const number = z.number().check(z.int());
const portion = z.union([z.string(), z.number()]);

const staging = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("Deployment"),
    maxSurge: z.nullable(portion),
    maxUnavailable: z.nullable(portion),
    minReadySeconds: z.nullable(number),
    progressDeadlineSeconds: z.nullable(number),
  }),
  z.strictObject({ kind: z.literal("StatefulSet"), partition: z.nullable(number) }),
  z.strictObject({
    kind: z.literal("DaemonSet"),
    type: z.enum(["RollingUpdate", "OnDelete"]),
    maxSurge: z.nullable(portion),
    maxUnavailable: z.nullable(portion),
  }),
]);

/**
 * The staging of a workload: the fields of its spec, next to the Pod template, that say which Pods its controller may
 * replace. A canary changes them and a rollout restores them. Null: the field is not set.
 */
export type Staging = z.infer<typeof staging>;

const storedSchema = z.strictObject({
  certificate: z.string().check(z.minLength(1), z.maxLength(253)),
  revision: number,
  serial: word,
  request: z.nullable(word),
  phase: z.enum(PHASES),
  policy: z.enum(["rolling", "canary"]),
  /** When the rollout began. */
  started: time,
  /** When the phase began. */
  since: time,
  /** The limit of the rollout, in milliseconds. */
  timeout: time,
  /** The workload before the rollout. A rollback restores it. */
  before: z.strictObject({ marks, staging: z.nullable(staging) }),
  /** The marks of an unfinished rollout that this one replaced; null when there was none. */
  superseded: z.nullable(marks),
  /** The staging that the canary wrote; null when there is no canary. */
  canary: z.nullable(staging),
  reason: z.nullable(z.enum(ROLLBACK_REASONS)),
  message: z.nullable(word),
});

type StoredState = z.infer<typeof storedSchema>;

/**
 * The state of a workload's rollout, stored in an annotation of the workload. It is written together with the change that
 * it describes, so a controller that is killed at any point continues from it. Its names are a stored format: a rename
 * breaks the rollouts of the version before. Only `timeoutMs` has another name there: `timeout`. Times are in milliseconds
 * since 1970.
 */
export type RolloutState = Omit<StoredState, "timeout"> & {
  /** The limit of the rollout. */
  readonly timeoutMs: number;
};

/** Whether the rollout has not ended. */
export function isInFlight(state: RolloutState | undefined): state is RolloutState {
  return state !== undefined && state.phase !== "done" && state.phase !== "rolled-back";
}

/**
 * How far another replica's clock may be ahead. A state from further ahead was not written by a rollout: a time that never
 * comes would keep its canary for ever.
 */
const MAX_CLOCK_SKEW_MS = 300_000;

/** Whether a rollout exceeded its timeout, or claims to begin in the future. `now` in milliseconds since 1970. */
export function isLate({ started, timeoutMs }: Pick<RolloutState, "started" | "timeoutMs">, now: number): boolean {
  return now - started > timeoutMs || started - now > MAX_CLOCK_SKEW_MS;
}

/** Decodes the annotation; undefined when there is none. Throws {@link RolloutError} `unreadable-state` for anything else. */
export function readRolloutState(text: string | undefined): RolloutState | undefined {
  if (text === undefined) return undefined;
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new RolloutError("unreadable-state", "not JSON", error);
  }
  const parsed = storedSchema.safeParse(raw);
  if (parsed.success) {
    const { timeout, ...state } = parsed.data;
    return { ...state, timeoutMs: timeout };
  }
  const [issue] = parsed.error.issues;
  throw new RolloutError("unreadable-state", `${issue?.path.join(".")}: ${issue?.message ?? "cannot be read"}`);
}

/**
 * The annotation's text for a state; the inverse of {@link readRolloutState}. The ValidatingAdmissionPolicy
 * `postern-rollout-workloads` reads it as text: a new member, or another order, must be added there too.
 */
export function writeRolloutState({ timeoutMs, ...state }: RolloutState): string {
  const stored: StoredState = { ...state, timeout: timeoutMs };
  return JSON.stringify(stored);
}
