/** A text as a CEL string literal (cel-spec, "Literals"); quotes, backslashes and controls are escaped. */
export function celString(text: string): string {
  const escaped = text
    .replace(/[\\']/g, "\\$&")
    .replace(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `'${escaped}'`;
}

/** Whether `variable` is one of some texts. */
export function celOneOf(variable: string, texts: readonly string[]): string {
  const [first] = texts;
  if (texts.length === 1 && first !== undefined) return `${variable} == ${celString(first)}`;
  return `${variable} in [${texts.map(celString).join(", ")}]`;
}

/** Several conditions of which one has to hold. */
export function celAny(conditions: readonly string[]): string {
  return conditions.length === 1 ? (conditions[0] ?? "") : `(${conditions.join(" || ")})`;
}
