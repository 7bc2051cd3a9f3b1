/** Whether a text matches a pattern in which `*` stands for any characters, in any case. Linear in the text for each `*`. */
export function matchesGlob(pattern: string, text: string): boolean {
  const parts = pattern.toLowerCase().split("*");
  const subject = text.toLowerCase();
  const [first = ""] = parts;
  if (parts.length === 1) return subject === first;
  const last = parts.at(-1) ?? "";
  if (!subject.startsWith(first) || subject.length < first.length + last.length || !subject.endsWith(last))
    return false;
  const end = subject.length - last.length;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = subject.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
