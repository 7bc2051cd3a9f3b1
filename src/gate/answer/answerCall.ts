import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import { type Deadline, deadlinePassed } from "../../policy/run/Deadline.ts";
import { gatePath } from "../../protocol/gateUrl.ts";
import { errorOfCall, GateError } from "../GateError.ts";
import type { GateRuntime } from "../GateRuntime.ts";
import { announcedLength, bodyAllowance, readBody } from "../http/readBody.ts";
import { answerAdmission } from "./answerAdmission.ts";
import { answerConversion } from "./answerConversion.ts";
import type { Call } from "./Call.ts";

/**
 * Answers one POST. The steps, in this order, and how each can end the call:
 *
 * | step | ends the call with |
 * |---|---|
 * | take a place | `overloaded` |
 * | check the content type | `wrong-content-type` |
 * | find the cluster | `unknown-cluster`, `cluster-lookup-failed` |
 * | read the body | `body-timeout`, `incomplete-body` |
 * | answer for the purpose | `too-large`, `not-json`, `wrong-envelope`, `wrong-review-kind`, `not-found`, or the answer |
 *
 * Throws {@link GateError} for a call that cannot be judged. The error names the call, for the log.
 */
export async function answerCall(runtime: GateRuntime, call: Call): Promise<Response> {
  const { request, deadline } = call;
  const { bodyBytes } = runtime.limits;
  let leave: (() => void) | undefined;
  try {
    const announced = announcedLength(request);
    leave = runtime.limiter.enter(bodyAllowance(announced, bodyBytes));
    checkContent(request);
    const found = runtime.clusters.find(call.cluster);
    const settings = found instanceof Promise ? await foundInTime(found, deadline) : found;
    if (settings === undefined) throw new GateError("unknown-cluster", "this gate has no cluster of that name");
    const body = await readBody(request, announced, bodyBytes, deadline);
    return call.purpose === "convert"
      ? await answerConversion(runtime, call, settings, body)
      : await answerAdmission(runtime, call, settings, body);
  } catch (error) {
    const { cluster, purpose, entry, part, uid } = call;
    // Made from its parts: a token in the path never reaches the log.
    const path = gatePath(cluster, purpose, entry, part);
    throw errorOfCall(error, { cluster, path, ...(uid === undefined ? {} : { uid }) });
  } finally {
    deadline.dispose();
    leave?.();
  }
}

/** The settings of the call's cluster, found before the deadline. */
async function foundInTime(
  lookup: Promise<ClusterSettings | undefined>,
  deadline: Deadline,
): Promise<ClusterSettings | undefined> {
  const settings = await Promise.race([lookup, deadline.passed]);
  if (settings !== deadlinePassed) return settings;
  throw new GateError("cluster-lookup-failed", "the lookup of the cluster's settings took too long; try again");
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
