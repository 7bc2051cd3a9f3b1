import { MARKS } from "./rolloutAnnotations.ts";

/** The marks of a Pod or a Pod template: the values of the annotations {@link MARKS}. Null when an annotation is not set. */
export interface RolloutMarks {
  readonly revision: string | null;
  readonly serial: string | null;
  readonly request: string | null;
}

/** Reads the marks from annotations. */
export function marksOf(annotations: Readonly<Record<string, string>>): RolloutMarks {
  const read = (key: string): string | null => annotations[key] ?? null;
  return { revision: read(MARKS.revision), serial: read(MARKS.serial), request: read(MARKS.request) };
}

/** Whether two sets of marks are equal. */
export function isMarked(left: RolloutMarks, right: RolloutMarks): boolean {
  return left.revision === right.revision && left.serial === right.serial && left.request === right.request;
}
