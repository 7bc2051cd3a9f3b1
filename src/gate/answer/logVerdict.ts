import type { Log } from "../../telemetry/Log.ts";
import type { JudgedReview } from "../GateDependencies.ts";

/** The message of a verdict's log line; `postern dev` picks these out. */
export const VERDICT_MESSAGE = "verdict";

/** Logs one line a verdict: who asked for what, and what was answered. Never the object. */
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
