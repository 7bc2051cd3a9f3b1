import type { Deadline } from "../../policy/run/Deadline.ts";
import { traceHeaders } from "../../telemetry/trace/traceHeaders.ts";
import { admitCaller } from "../caller/admitCaller.ts";
import { findCluster } from "../caller/findCluster.ts";
import type { GateClusterSettings } from "../config/GateClusterSettings.ts";
import { GateError } from "../GateError.ts";
import type { GateRuntime } from "../GateRuntime.ts";
import { type EndTurn, HEAVY_BYTES, isHeavy, LARGE_BYTES } from "../http/HeavyTurns.ts";
import type { Body, CompleteBody } from "../http/KeptBody.ts";
import { readBody } from "../http/readBody.ts";
import { answerAdmission } from "./answerAdmission.ts";
import { answerConversion } from "./answerConversion.ts";
import type { Call } from "./Call.ts";
import { noteCaller } from "./telemetry/noteCaller.ts";

/**
 * Answers one POST. The steps, in this order, and how each can end the call:
 *
 * | step | ends the call with |
 * |---|---|
 * | find the cluster | `cluster-lookup-failed`, `overloaded`, `too-many-calls`, `unauthenticated` |
 * | identify the caller | `unauthenticated`, also for a cluster that the gate does not have; `identity-unavailable`, `too-many-calls` |
 * | check the content type | `wrong-content-type` |
 * | read the body | `overloaded`, `body-timeout`, `incomplete-body` |
 * | take a place | `overloaded` |
 * | answer for the purpose | `too-large`, `not-json`, `wrong-envelope`, `wrong-review-kind`, `not-found`, or the answer |
 *
 * A call has a place only once its body is complete: a slow caller must not hold what a complete review needs. Resolves to the error of
 * a caller that is refused, and throws {@link GateError} for another call that cannot be judged.
 */
export async function answerCall(runtime: GateRuntime, call: Call): Promise<Response | GateError> {
  const { request, deadline } = call;
  let place: TakenPlace | undefined;
  try {
    const span = call.span.child("identity");
    let settings: GateClusterSettings | undefined;
    try {
      const looked = findCluster(runtime, call);
      const found = looked instanceof Promise ? await looked : looked;
      if (found instanceof GateError) return found;
      settings = found;
      call.isEnrolled = settings !== undefined;
      const admitted = admitCaller(runtime, call, settings);
      const caller = admitted instanceof Promise ? await admitted : admitted;
      if (caller instanceof GateError) return caller;
      call.identity = caller;
    } finally {
      // Also the trace of a refused call shows how long this took.
      span.end();
    }
    noteCaller(call, call.identity, runtime);
    // A caller is identified by the settings of its cluster.
    if (settings === undefined) throw runtime.tiers.refusal("unknown-cluster");
    checkContent(request);
    runtime.limiter.checkCalls();
    const body = await readBody(request, runtime.reading, deadline);
    const apart = body.whole ? answeredApart(runtime, call, body) : undefined;
    const answered = apart === undefined ? "unavailable" : await apart;
    if (answered instanceof Response) return answered;
    if (body.whole && answered === "unavailable") place = await takePlace(runtime, body, deadline);
    const judged = place?.body ?? (answered === "unavailable" ? body : answered);
    const answer =
      call.purpose === "convert"
        ? answerConversion(runtime, call, settings, judged)
        : answerAdmission(runtime, call, settings, judged);
    if (place?.endTurn === undefined) return await answer;
    // What is left waits for others, and does not hold the process. An answer can fail while the turn ends.
    return (await Promise.all([answer, place.endTurn()]))[0];
  } finally {
    deadline.dispose();
    place?.leave();
  }
}

/** The answer to a call that is judged apart from all others; undefined for one that need not be, or cannot. */
function answeredApart(
  { deps, limiter }: GateRuntime,
  { url, deadline, span, identity }: Call,
  body: CompleteBody,
): Promise<Response | Body | "unavailable"> | undefined {
  if (deps.judgeApart === undefined || body.data === undefined || identity === undefined) return undefined;
  // The count ends where the body is found to be heavy.
  if (body.bytes <= LARGE_BYTES && !isHeavy(limiter.costOf(body, HEAVY_BYTES + 1))) return undefined;
  // Its bytes are gone once they are handed over.
  const costly = body.tooCostly();
  const trace = deps.tracer === undefined ? undefined : traceHeaders(span.context);
  return deps
    .judgeApart({ url, body: body.data, bytes: body.bytes, remainingMs: deadline.remainingMs, trace, identity })
    .then((answer) => (answer === "too-costly" ? costly : answer));
}

/** The place of a call, and its body as it is judged. */
interface TakenPlace {
  readonly body: Body;
  readonly endTurn?: EndTurn | undefined;
  leave(): void;
}

/**
 * Takes the turn and the place of a complete body. A body that needs more memory than one call may take has no place, and
 * counts as oversized.
 */
async function takePlace(
  { deps, limiter, limits, heavyTurns }: GateRuntime,
  body: CompleteBody,
  deadline: Deadline,
): Promise<TakenPlace> {
  const needsTurn =
    deps.isApart !== true && (body.bytes > LARGE_BYTES || isHeavy(limiter.costOf(body, HEAVY_BYTES + 1)));
  const taken = needsTurn ? heavyTurns.take(body.bytes, deadline) : undefined;
  const endTurn = taken instanceof Promise ? await taken : taken;
  try {
    body.freeBytes();
    const cost = limiter.costOf(body);
    if (cost > limits.callBytes) return { body: body.tooCostly(), endTurn, leave: () => void endTurn?.() };
    const { leave } = limiter.enter(body, cost);
    return {
      body,
      endTurn,
      leave: () => {
        void endTurn?.();
        leave();
      },
    };
  } catch (error) {
    void endTurn?.();
    throw error;
  }
}

/** What the API server sends. */
const JSON_TYPE = "application/json";

function checkContent(request: Request): void {
  const type = request.headers.get("content-type");
  if (type !== JSON_TYPE && type?.split(";", 1)[0]?.trim().toLowerCase() !== JSON_TYPE)
    throw new GateError("wrong-content-type", "expected content-type application/json");
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && !["identity", ""].includes(encoding.trim().toLowerCase()))
    throw new GateError("wrong-content-type", "expected a body without content-encoding");
}
