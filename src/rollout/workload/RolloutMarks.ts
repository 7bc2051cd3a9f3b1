import { MARKS } from "./rolloutAnnotations.ts";

/** The values of {@link MARKS} on a Pod or its template; null where it has none. */
export interface RolloutMarks {
  readonly revision: string | null;
  readonly serial: string | null;
  readonly request: string | null;
}

/** Reads them out of annotations. */
export function marksOf(annotations: Readonly<Record<string, string>>): RolloutMarks {
  const read = (key: string): string | null => annotations[key] ?? null;
  return { revision: read(MARKS.revision), serial: read(MARKS.serial), request: read(MARKS.request) };
}

/** Whether two are the same. */
export function isMarked(left: RolloutMarks, right: RolloutMarks): boolean {
  return left.revision === right.revision && left.serial === right.serial && left.request === right.request;
}
