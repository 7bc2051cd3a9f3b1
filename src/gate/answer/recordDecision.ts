import type { Identity } from "../../identity/Identity.ts";
import { deadlinePassed } from "../../policy/run/Deadline.ts";
import type { Review } from "../../protocol/review/Review.ts";
import type { Verdict } from "../../protocol/review/Verdict.ts";
import { decisionOf } from "../../records/decision/decisionOf.ts";
import type { Decision } from "../../records/decision/decisionSchema.ts";
import { isSampled } from "../../records/decision/isSampled.ts";
import type { GateClusterSettings } from "../config/GateClusterSettings.ts";
import { GateError } from "../GateError.ts";
import type { GateRuntime } from "../GateRuntime.ts";
import type { AdmissionCall } from "./Call.ts";
import { selfTestNonce } from "./selfTest.ts";
import { observeRecord } from "./telemetry/observeRecord.ts";

/** The key of the audit annotation with the receipt: the leaf hash of the decision record, in hex. */
export const RECEIPT_KEY = "receipt";

/** A verdict that is about to be sent. */
export interface DecidedCall {
  /** Only the uid, for a review that was too large to be decoded. */
  readonly review: Review | Pick<Review, "uid">;
  readonly verdict: Verdict;
  /** The body, as far as it was read. */
  readonly body: string;
  readonly milliseconds: number;
}

/**
 * Records a decision by the profile of its cluster, and returns the verdict to send. With `compliance` that is after the
 * record is durable, with its receipt as an audit annotation; rejects with {@link GateError} `not-recorded` when it is not.
 * A self-test decides nothing, and is not recorded.
 */
export function recordDecision(
  runtime: GateRuntime,
  call: AdmissionCall,
  settings: GateClusterSettings,
  decided: DecidedCall,
): Verdict | Promise<Verdict> {
  const { review, verdict } = decided;
  const { profile, sample } = settings.records;
  if (profile === "off" || ("object" in review && selfTestNonce(review) !== undefined)) return verdict;
  const { records } = runtime.deps;
  if (profile === "compliance") return recordNow(runtime, call, settings, decided);
  if (records !== undefined && (isNotable(verdict) || isSampled(review.uid, sample)))
    records.later(() => decisionOfCall(runtime, call, settings, decided), 3 * decided.body.length);
  return verdict;
}

/** Whether a verdict is recorded whatever the sample: a denial, or a policy that failed or was late. */
function isNotable({ allowed, policies }: Verdict): boolean {
  return !allowed || policies.some(({ result }) => result === "failed" || result === "missed-deadline");
}

async function recordNow(
  runtime: GateRuntime,
  call: AdmissionCall,
  settings: GateClusterSettings,
  decided: DecidedCall,
): Promise<Verdict> {
  const { records } = runtime.deps;
  if (records?.now === undefined)
    throw new GateError("not-recorded", "this gate has no stores for the records that the cluster needs");
  const decision = await decisionOfCall(runtime, call, settings, decided);
  const write = records.now.bind(records);
  const recorded = observeRecord(call, runtime.deps, () => write(decision)).then(
    (receipt) => receipt,
    (cause: unknown) => {
      throw new GateError("not-recorded", "the decision could not be recorded; try again", { cause });
    },
  );
  const receipt = await Promise.race([recorded, call.deadline.passed]);
  if (receipt === deadlinePassed) {
    recorded.catch(() => undefined);
    throw new GateError("not-recorded", "the decision was not recorded in time; try again");
  }
  const { verdict } = decided;
  return { ...verdict, auditAnnotations: { ...verdict.auditAnnotations, [RECEIPT_KEY]: receipt.leaf } };
}

function decisionOfCall(
  { gate, deps }: GateRuntime,
  { purpose, entry, part, span, identity }: AdmissionCall,
  settings: GateClusterSettings,
  { review, verdict, body, milliseconds }: DecidedCall,
): Promise<Decision> {
  const version = deps.gateVersion;
  return decisionOf({
    cluster: settings.cluster,
    settings: settings.records,
    identity: recordedIdentity(identity),
    purpose,
    entry,
    part,
    body,
    review,
    verdict,
    durationMs: milliseconds,
    gate: { name: gate.name, ...(version === undefined ? {} : { version }) },
    traceId: span.context.traceId,
    certificateSerial: deps.certificateSerial?.(),
  });
}

function recordedIdentity(identity: Identity | undefined): Decision["identity"] {
  const { tier, subject } = identity ?? { tier: "none" };
  return subject === undefined ? { tier } : { tier, subject };
}
