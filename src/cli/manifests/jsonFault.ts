import { errorMessage } from "../../telemetry/errorMessage.ts";
import type { InputFault } from "../terminal/InputFault.ts";
import type { TextPart } from "./splitDocuments.ts";

/**
 * The fault of a text that is to be JSON, with its line; undefined when there is none. YAML takes much that looks like
 * JSON and is none, such as a missing value; a file that is called JSON has to be JSON.
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

/** V8 tells most places, but neither that of an unexpected token nor of a missing end. */
function lineOf(text: string, error: string): number {
  const told = /\(line (\d+)/.exec(error)?.[1];
  if (told !== undefined) return Number(told);
  const end = error.startsWith("Unexpected token") ? lengthToToken(text) : text.trimEnd().length;
  return text.slice(0, end).split("\n").length;
}

/** The length of the text up to its unexpected token: all shorter beginnings are merely unfinished. */
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
