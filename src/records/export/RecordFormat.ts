import type { DecisionRecord } from "../decision/decisionSchema.ts";

/** A form in which records are handed to other systems. All lines end with a newline. */
export interface RecordFormat {
  /** The lines before the first record; empty for most. */
  readonly head: string;
  line(record: DecisionRecord): string;
}
