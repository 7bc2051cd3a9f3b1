import type { SkippedPath } from "../../manifests/findInputFiles.ts";
import type { JudgedObject } from "../JudgedObject.ts";
import { objectText } from "../objectText.ts";

/** Why an object is not judged. */
export function unjudgedText({ located, verdict }: JudgedObject): string {
  const why = verdict.policies.length === 0 ? "no policy was asked" : "a policy judges only another version";
  return `${objectText(located.review)}: not judged: ${why}`;
}

/** Whether a path that was not read has manifests, once another tool has rendered it. */
export function notRendered({ render }: SkippedPath): boolean {
  return render !== undefined;
}
