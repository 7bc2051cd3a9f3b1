import { errorMessage } from "../../telemetry/errorMessage.ts";
import type { InputFault } from "../terminal/InputFault.ts";
import type { TextPart } from "./splitDocuments.ts";

/**
 * The fault of a text that must be JSON, with its line; undefined for valid JSON. Needed because YAML accepts texts
 * that only look like JSON, such as one with a missing value.
 */
export function jsonFault(file: string, { text, linesAbove }: TextPart): InputFault | undefined {
  const error = errorOf(text);
  if (error === undefined) return undefined;
  const reason = error.replace(/, (?:\.\.\.)?".*| (?:in JSON )?at position.*| \(line.*/s, "");
  return { file, line: linesAbove + lineOf(text, error), message: `is not JSON: ${reason}` };
}

function errorOf(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return errorMessage(error);
  }
}

/** V8 reports the line of most errors, but not of an unexpected token or of a missing end. */
function lineOf(text: string, error: string): number {
  const reported = /\(line (\d+)/.exec(error)?.[1];
  if (reported !== undefined) return Number(reported);
  const end = error.startsWith("Unexpected token") ? lengthToToken(text) : text.trimEnd().length;
  return text.slice(0, end).split("\n").length;
}

/** The length of the text up to its unexpected token. Every shorter prefix is only unfinished. */
function lengthToToken(text: string): number {
  let low = 0;
  let high = text.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (errorOf(text.slice(0, middle))?.startsWith("Unexpected token") === true) high = middle;
    else low = middle;
  }
  return low;
}
