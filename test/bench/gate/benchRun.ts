import type { ClusterSettings } from "../../../src/policy/define/ClusterSettings.ts";
import { Deadline } from "../../../src/policy/run/Deadline.ts";
import type { PolicyRun } from "../../../src/policy/run/runPolicy.ts";
import { decodeAdmissionReview } from "../../../src/protocol/review/decodeAdmissionReview.ts";
import type { Log } from "../../../src/telemetry/Log.ts";

const silent = (): void => undefined;

/** A log that drops everything. */
export const silentLog: Log = { debug: silent, info: silent, warn: silent, error: silent };

const settings: ClusterSettings = { cluster: "bench", modeOf: () => "enforce", paramsOf: () => ({}) };

/** The engine's input for a parsed AdmissionReview, in a cluster with mode `enforce`. */
export function benchRun(body: unknown): PolicyRun {
  const decoded = decodeAdmissionReview(body);
  if (!decoded.ok) throw new Error(`the review cannot be decoded: ${decoded.fault.path} ${decoded.fault.expected}`);
  return { review: decoded.value, settings, deadline: new Deadline(10_000, Date.now), log: silentLog };
}
