import { exceptionState, type PolicyException } from "../../policy/define/PolicyException.ts";
import type { ClusterView } from "../cluster/ClusterView.ts";
import type { DoctorFinding } from "../DoctorFinding.ts";
import { durationText } from "./timeLeft.ts";

/** Reports the exceptions of the cluster that end within 14 days, and those that have ended. Needs the gate's sources. */
export function checkExceptions({ sources, now }: Pick<ClusterView, "sources" | "now">): DoctorFinding[] {
  const exceptions = sources?.settings.at?.("", now).excepting?.exceptions ?? [];
  return exceptions.flatMap((exception): DoctorFinding[] => {
    const { owner, policy, until, untilMs } = exception;
    const about = `exception from ${policy}`;
    const what = `${whereOf(exception)}, of ${owner}`;
    const state = exceptionState(exception, now);
    if (state === "valid") return [];
    if (state === "expired")
      return [
        {
          code: "exception-ended",
          severity: "info",
          about,
          message: `${what}: ended ${durationText(now - untilMs)} ago, at ${until}, and has no effect`,
          // Updates of such objects to another image are judged by it: see excusedImages.
          todo:
            exception.images === undefined
              ? "Remove it from the gate."
              : "Remove it from the gate once no container has such an image.",
        },
      ];
    return [
      {
        code: "exception-ends",
        severity: "warning",
        about,
        message: `${what}: ends in ${durationText(untilMs - now)}, at ${until}. What it permits is denied from then on`,
        todo: `Ask ${owner} to mend the objects, or agree on a later end in the gate.`,
      },
    ];
  });
}

/** `for namespaces legacy, images registry.example.com/agent:1.4`. */
function whereOf(exception: PolicyException): string {
  const lists = (["namespaces", "names", "subjects", "images"] as const).flatMap((member) => {
    const list = exception[member];
    return list === undefined ? [] : [`${member} ${list.join(", ")}`];
  });
  return lists.length === 0 ? "for the whole cluster" : `for ${lists.join(", ")}`;
}
