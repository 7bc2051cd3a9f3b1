import { jsonLine } from "../../terminal/jsonLine.ts";

/** A value as JSON on one line, without the line break, that is safe for a terminal and for the log of a pipeline. */
export function reportJson(value: object): string {
  return jsonLine(value).trimEnd();
}
