/** A text as a CEL string literal (cel-spec, "Literals"), with quotes, backslashes and control characters escaped. */
export function celString(text: string): string {
  const escaped = text
    .replace(/[\\']/g, "\\$&")
    .replace(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `'${escaped}'`;
}

/** A CEL condition: `variable` is one of the texts. */
export function celOneOf(variable: string, texts: readonly string[]): string {
  const [first] = texts;
  if (texts.length === 1 && first !== undefined) return `${variable} == ${celString(first)}`;
  return `${variable} in [${texts.map(celString).join(", ")}]`;
}

/** A CEL condition: at least one of the conditions is true. */
export function celAny(conditions: readonly string[]): string {
  return conditions.length === 1 ? (conditions[0] ?? "") : `(${conditions.join(" || ")})`;
}
