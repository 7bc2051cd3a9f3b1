import { auditLines, denialLines } from "../../protocol/review/denialLines.ts";
import type { Review } from "../../protocol/review/Review.ts";
import type { Log, LogProperties } from "../../telemetry/Log.ts";
import { GateConfigError } from "../config/GateConfigError.ts";
import type { GateDependencies, JudgedReview } from "../GateDependencies.ts";

/** The message of a verdict's log line. `postern dev` selects these lines by it. */
export const VERDICT_MESSAGE = "verdict";

/** How a verdict line names the user of the request. `hash` is 16 hex digits of SHA-256 over the cluster and the name. */
export type LoggedUser = "none" | "hash" | "name";

/** The longest lists of messages in a line, in UTF-16 code units. A policy may have thousands of findings. */
const MAX_LIST_LENGTH = 8192;

/**
 * Reads the settings of verdict lines from environment variables: `POSTERN_VERDICT_LINES`, when set, and
 * `POSTERN_VERDICT_USER`, by default `none`. Throws {@link GateConfigError} for another value.
 */
export function verdictLines(
  log: Log,
  env: {
    readonly POSTERN_VERDICT_LINES?: string | undefined;
    readonly POSTERN_VERDICT_USER?: string | undefined;
  },
): Pick<GateDependencies, "onVerdict"> {
  const { POSTERN_VERDICT_LINES: lines, POSTERN_VERDICT_USER: user } = env;
  if (user !== undefined && user !== "" && user !== "none" && user !== "hash" && user !== "name")
    throw new GateConfigError("POSTERN_VERDICT_USER", "is not a way to log users; expected none, hash or name");
  return lines === undefined ? {} : { onVerdict: logVerdict(log, user || "none") };
}

/**
 * Makes an `onVerdict` that logs one line for each verdict: what was requested and what was answered, never the object.
 * The user is a person or a workload, so it is logged only where that is asked for.
 */
export function logVerdict(log: Log, user: LoggedUser = "none"): (judged: JudgedReview) => void | Promise<void> {
  const write = (judged: JudgedReview, name: string | undefined): void =>
    (judged.log ?? log).info(VERDICT_MESSAGE, lineOf(judged, name));
  return (judged) => {
    const { cluster, review } = judged;
    if (user !== "hash") return write(judged, user === "name" ? review.user.username : undefined);
    return hashOf(`${cluster}\0${review.user.username}`).then((hash) => write(judged, hash));
  };
}

function lineOf(
  { cluster, purpose, entry, review, verdict, ...facts }: JudgedReview,
  user: string | undefined,
): LogProperties {
  const { resource, subresource, namespace, name, operation, uid, dryRun } = review;
  const { allowed, policies, warnings } = verdict;
  const isJudged = policies.length > 0 || !allowed;
  return {
    cluster,
    purpose,
    entry,
    uid,
    verb: verbOf(review),
    operation,
    resource: subresource === "" ? resource.resource : `${resource.resource}/${subresource}`,
    namespace,
    name,
    dryRun,
    user,
    allowed,
    result: isJudged ? (allowed ? "allowed" : "denied") : "not judged",
    policies: policies.map(({ policy }) => policy),
    ...(allowed
      ? { patched: verdict.patch.length }
      : {
          deniedBy: policies
            .filter(({ findings }) => findings.some(({ effect }) => effect === "deny"))
            .map(({ policy }) => policy),
          denials: bounded(denialLines(verdict)),
          statusCode: verdict.code,
        }),
    warnings,
    audit: bounded(auditLines(policies)),
    milliseconds: facts.milliseconds,
    certificateSerial: facts.certificateSerial,
  };
}

/** The operation in lower case, or `patch`, which its options tell (`meta.k8s.io/v1` PatchOptions). A review does not tell the exact verb of the request. */
function verbOf({ operation, options }: Review): string {
  return options?.kind === "PatchOptions" ? "patch" : operation.toLowerCase();
}

/** Cuts a list of lines, and says how many are left out. */
function bounded(lines: readonly string[]): string[] {
  const kept: string[] = [];
  let length = 0;
  for (const line of lines) {
    length += line.length;
    if (length > MAX_LIST_LENGTH) {
      if (kept.length === 0) kept.push(`${line.slice(0, MAX_LIST_LENGTH).replace(/[\uD800-\uDBFF]$/, "")}…`);
      const left = lines.length - kept.length;
      return left === 0 ? kept : [...kept, `… ${left} more`];
    }
    kept.push(line);
  }
  return kept;
}

async function hashOf(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
