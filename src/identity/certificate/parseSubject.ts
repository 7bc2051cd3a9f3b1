import { isOid } from "./nameOfType.ts";
import { readDerString } from "./readDerString.ts";
import { type SubjectAttribute, type SubjectName, subjectText } from "./SubjectName.ts";

/** The subjects of API servers have less than 200 characters. */
const MAX_CHARACTERS = 8_192;
const TYPE = /^(?:[A-Za-z][A-Za-z0-9-]*|(?:OID\.)?\d+(?:\.\d+)+)$/;
/** Characters that stand for themselves only with a backslash (RFC 4514 section 3). */
const SPECIAL = '"+,;<>';
const ESCAPABLE = `${SPECIAL} #=\\`;

/** Reads a text from front to back. */
interface Cursor {
  readonly text: string;
  at: number;
}

/**
 * Parses a subject of RFC 4514 or RFC 2253. Spaces around separators are accepted. Undefined for a text that is none, such as
 * one with a quoted value, which only LDAPv2 has. Takes linear time.
 */
export function parseSubject(text: string): SubjectName | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  const cursor: Cursor = { text, at: 0 };
  const sets: SubjectAttribute[][] = [];
  if (text.trim() === "") return [];
  for (let separator: string | undefined = ","; separator !== undefined; ) {
    const attribute = readAttribute(cursor);
    if (attribute === undefined) return undefined;
    if (separator === "+") sets.at(-1)?.push(attribute);
    else sets.push([attribute]);
    separator = text[cursor.at];
    cursor.at += 1;
  }
  return sets.toReversed();
}

/** The normal form of a subject that is given as a text; undefined for a text that is no subject. */
export function normalSubject(text: string): string | undefined {
  const name = parseSubject(text);
  return name === undefined ? undefined : subjectText(name);
}

/** Reads up to the next separator, which is `,`, `+` or the end of the text. */
function readAttribute(cursor: Cursor): SubjectAttribute | undefined {
  const end = cursor.text.indexOf("=", cursor.at);
  const given = end < 0 ? "" : cursor.text.slice(cursor.at, end).trim();
  if (!TYPE.test(given)) return undefined;
  const type = given.replace(/^OID\./i, "");
  if (/^\d/.test(type) && !isOid(type)) return undefined;
  cursor.at = end + 1;
  while (cursor.text[cursor.at] === " ") cursor.at += 1;
  if (cursor.text[cursor.at] !== "#") {
    const text = readValue(cursor);
    return text === undefined ? undefined : { type, text };
  }
  const hex = /#((?:[0-9a-f]{2})+) *(?=[,+]|$)/iy;
  hex.lastIndex = cursor.at;
  const found = hex.exec(cursor.text);
  if (found?.[1] === undefined) return undefined;
  cursor.at += found[0].length;
  const der = found[1].toLowerCase();
  return { type, der, text: readDerString(der) };
}

/** Reads a value with its escapes: a special character, or the bytes of UTF-8 in hex. */
function readValue(cursor: Cursor): string | undefined {
  const { text } = cursor;
  const parts: (string | number)[] = [];
  /** Parts up to here are kept: a space at the end counts only when it is escaped. */
  let kept = 0;
  for (; cursor.at < text.length; cursor.at += 1) {
    const character = text[cursor.at] ?? "";
    if (character === "," || character === "+") break;
    if (SPECIAL.includes(character) || character === "\0") return undefined;
    if (character === "\\") {
      const escaped = text[cursor.at + 1] ?? "";
      const pair = text.slice(cursor.at + 1, cursor.at + 3);
      if (/^[0-9a-f]{2}$/i.test(pair)) {
        parts.push(Number.parseInt(pair, 16));
        cursor.at += 2;
      } else if (escaped !== "" && ESCAPABLE.includes(escaped)) {
        parts.push(escaped);
        cursor.at += 1;
      } else return undefined;
      kept = parts.length;
    } else {
      parts.push(character);
      if (character !== " ") kept = parts.length;
    }
  }
  return joined(parts.slice(0, kept));
}

/** Characters as they are, and numbers as bytes of UTF-8. Undefined when the bytes are not UTF-8. */
function joined(parts: readonly (string | number)[]): string | undefined {
  let text = "";
  let bytes: number[] = [];
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    for (const part of [...parts, ""]) {
      if (typeof part === "number") bytes.push(part);
      else {
        if (bytes.length > 0) text += decoder.decode(Uint8Array.from(bytes));
        bytes = [];
        text += part;
      }
    }
    return text;
  } catch {
    return undefined;
  }
}
