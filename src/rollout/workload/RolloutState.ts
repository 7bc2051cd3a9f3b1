import * as z from "zod/mini";
import { RolloutError } from "../RolloutError.ts";

/** Where a workload's rollout is. At rest it is `done` or `rolled-back`. */
export const ROLLOUT_PHASES = ["canary", "rolling", "done", "rolling-back", "rolled-back"] as const;
/** One of {@link ROLLOUT_PHASES}. */
export type RolloutPhase = (typeof ROLLOUT_PHASES)[number];

/** Why a rollout was taken back. */
export const ROLLBACK_REASONS = [
  "TimedOut",
  "ProbeFailed",
  "ProgressDeadlineExceeded",
  /** Somebody else changed the template's marks. */
  "TakenBack",
  /** Its Certificate is gone, or names the workload no longer. */
  "Abandoned",
] as const;
/** One of {@link ROLLBACK_REASONS}. */
export type RollbackReason = (typeof ROLLBACK_REASONS)[number];

const time = z.number().check(z.int(), z.gte(0));
const word = z.string().check(z.maxLength(1024));
const mark = z.nullable(word);
const marks = z.strictObject({ revision: mark, serial: mark, request: mark });
const number = z.number().check(z.int());
const portion = z.union([z.string(), z.number()]);

/** What a canary changed beside the template, as it was before; null where it was not set. */
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

/** What of a workload's spec a canary changes beside the template; null where it is not set. */
export type Staging = z.infer<typeof staging>;

const schema = z.strictObject({
  certificate: z.string().check(z.minLength(1), z.maxLength(253)),
  revision: number,
  serial: word,
  request: z.nullable(word),
  phase: z.enum(ROLLOUT_PHASES),
  policy: z.enum(["rolling", "canary"]),
  started: time,
  since: time,
  timeout: time,
  /** Of what came before, to which a rollback returns. */
  before: z.strictObject({ marks, staging: z.nullable(staging) }),
  /** The marks of another rollout in whose middle this one began; null where there was none. */
  superseded: z.nullable(marks),
  /** What the canary put in the place of `before.staging`. */
  canary: z.nullable(staging),
  reason: z.nullable(z.enum(ROLLBACK_REASONS)),
  message: z.nullable(word),
});

/**
 * What a workload remembers of its rollout, in an annotation that is written in one step with what it tells of: a
 * controller that is killed at any point finds out by it how to go on. Times in milliseconds since 1970.
 */
export type RolloutState = z.infer<typeof schema>;

/** Whether there is still something to be done. */
export function isInFlight(state: RolloutState | undefined): state is RolloutState {
  return state !== undefined && state.phase !== "done" && state.phase !== "rolled-back";
}

/** Reads the annotation. Throws {@link RolloutError} `unreadable-state` where it holds something else. */
export function readRolloutState(text: string | undefined): RolloutState | undefined {
  if (text === undefined) return undefined;
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new RolloutError("unreadable-state", "is no JSON", error);
  }
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RolloutError("unreadable-state", `${issue?.path.join(".")}: ${issue?.message ?? "cannot be read"}`);
}
