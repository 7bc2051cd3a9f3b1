import type { Log } from "../../telemetry/Log.ts";
import type { JudgedReview } from "../GateDependencies.ts";

/** The message of a verdict's log line. `postern dev` selects these lines by it. */
export const VERDICT_MESSAGE = "verdict";

/** Makes an `onVerdict` that logs one line for each verdict: what was requested and what was answered, never the object. */
export function logVerdict(log: Log): (judged: JudgedReview) => void {
  return ({ cluster, review, verdict, milliseconds, certificateSerial }) => {
    const { resource, subresource, namespace, name, operation, uid, dryRun } = review;
    log.info(VERDICT_MESSAGE, {
      cluster,
      uid,
      operation,
      resource: subresource === "" ? resource.resource : `${resource.resource}/${subresource}`,
      namespace,
      name,
      dryRun,
      allowed: verdict.allowed,
      ...(verdict.allowed ? { patched: verdict.patch.length } : { denial: verdict.message, statusCode: verdict.code }),
      warnings: verdict.warnings,
      milliseconds,
      certificateSerial,
    });
  };
}
