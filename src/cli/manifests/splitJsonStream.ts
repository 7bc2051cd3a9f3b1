import type { TextPart } from "./splitDocuments.ts";

/**
 * Splits a stream of JSON objects, as `jq -c` and logs write it and kubectl reads it. Undefined for any other text, and
 * for a single object. At least one object must be valid JSON, because flow YAML looks similar.
 */
export function splitJsonStream(text: string): TextPart[] | undefined {
  const parts: TextPart[] = [];
  let begin = 0;
  let linesAbove = 0;
  for (const end of objectEnds(text) ?? []) {
    const part = text.slice(begin, end);
    parts.push({ text: part, linesAbove });
    linesAbove += part.split("\n").length - 1;
    begin = end;
  }
  return parts.length > 1 && parts.some((part) => isJson(part.text)) ? parts : undefined;
}

/** The end offset of each object. Undefined when there is more than white space between objects. */
function objectEnds(text: string): number[] | undefined {
  const ends: number[] = [];
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quoted) {
      if (character === "\\") at += 1;
      else if (character === '"') quoted = false;
    } else if (character === "{") depth += 1;
    else if (depth === 0) {
      if (character !== undefined && !" \t\r\n".includes(character)) return undefined;
    } else if (character === '"') quoted = true;
    else if (character === "}") {
      depth -= 1;
      if (depth === 0) ends.push(at + 1);
    }
  }
  return depth === 0 ? ends : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
