import { writeJson } from "../../protocol/json/writeJson.ts";

/** Controls and characters that reorder text: valid in JSON, and a terminal obeys them. JSON escapes those below U+0020. */
const UNSAFE = /[\u007f-\u009f\p{Bidi_Control}]/gu;

/**
 * A value as one line of JSON that is safe for a terminal, with the line break. Runners of GitHub obey `##[` anywhere in a line
 * of a log, so it is written with an escape.
 */
export function jsonLine(value: object): string {
  return `${safeJson(writeJson(value))}\n`;
}

/** A value as indented JSON that is safe in the same way, with the line break. */
export function jsonText(value: object): string {
  return `${safeJson(JSON.stringify(value, null, 2))}\n`;
}

function safeJson(text: string): string {
  const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return text.replace(UNSAFE, escaped).replaceAll("##[", "#\\u0023[");
}
