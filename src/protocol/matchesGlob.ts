/** Whether a text matches a pattern in which `*` stands for any characters. Linear in the text for each `*`. */
export function matchesGlob(pattern: string, text: string): boolean {
  if (!pattern.includes("*")) return text === pattern;
  const parts = pattern.split("*");
  const [first = ""] = parts;
  const last = parts.at(-1) ?? "";
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
