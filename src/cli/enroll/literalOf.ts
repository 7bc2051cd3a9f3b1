import { isJsonObject } from "../../protocol/Json.ts";

/** As formatters break lines. */
const WIDTH = 80;
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/**
 * JSON data as a literal of TypeScript. `column` is where it begins and `indent` the indentation of its line. An object or list
 * that does not fit on its line has a line for each member, with a comma at its end.
 */
export function literalOf(value: unknown, column = 0, indent = ""): string {
  const line = inline(value);
  if (column + line.length <= WIDTH || typeof value !== "object" || value === null) return line;
  const inner = `${indent}  `;
  const lines = Array.isArray(value)
    ? value.map((it) => `${inner}${literalOf(it, inner.length, inner)},\n`)
    : Object.entries(value).map(([key, it]) => {
        const head = `${inner}${propertyName(key)}: `;
        return `${head}${literalOf(it, head.length, inner)},\n`;
      });
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  return `${open}\n${lines.join("")}${indent}${close}`;
}

/** A name as the key of an object literal. */
export function propertyName(name: string): string {
  return IDENTIFIER.test(name) ? name : text(name);
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (!isJsonObject(value)) return typeof value === "string" ? text(value) : JSON.stringify(value);
  const members = Object.entries(value).map(([key, it]) => `${propertyName(key)}: ${inline(it)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

/** Characters that are invisible or change the direction of text are escaped: what a reader sees is what counts. */
function text(value: string): string {
  return JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
