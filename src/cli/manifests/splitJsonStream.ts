import type { TextPart } from "./splitDocuments.ts";

/**
 * Takes a text of several JSON objects apart, one behind the other as `jq -c` and logs write them, and as kubectl reads
 * them. Undefined for any other text, a single object included: flow YAML looks much the same, so one has to be JSON.
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

/** Where each object of the text ends; undefined when there is anything but white space between them. */
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
