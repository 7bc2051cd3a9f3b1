/**
 * Whether every text that a pattern matches also matches another one. `*` stands for any characters, `?` for one. Never true
 * where one does not: only a few pairs of unusual patterns that contain each other are not seen to.
 */
export function globContains(outer: string, inner: string): boolean {
  // The characters of the inner pattern are read as texts; its `*` fits only a `*`.
  const fits = (o: string, i: string): boolean => o === i || (o === "?" && i !== "*");
  let rows = Array.from({ length: inner.length + 1 }, (_, at) => at === 0);
  for (const character of outer) {
    const next = rows.map(() => false);
    if (character === "*") {
      let isReached = false;
      for (const [at, row] of rows.entries()) {
        isReached ||= row;
        next[at] = isReached;
      }
    } else
      for (const [at, row] of rows.entries())
        if (row && at < inner.length && fits(character, inner[at] ?? "")) next[at + 1] = true;
    rows = next;
  }
  return rows[inner.length] === true;
}

/** Stands for characters that no pattern names. */
const FILL = "q7z";

/** A text that a pattern matches. */
export function globInstance(pattern: string): string {
  return pattern.replaceAll("*", FILL).replaceAll("?", "q");
}

/** A short text that matches both patterns; undefined when none does. */
export function globIntersection(left: string, right: string): string | undefined {
  const seen = new Set(["0 0"]);
  const pending: { readonly l: number; readonly r: number; readonly text: string }[] = [{ l: 0, r: 0, text: "" }];
  for (const { l, r, text } of pending) {
    if (l === left.length && r === right.length) return text;
    const [a, b] = [left[l], right[r]];
    const steps: { readonly l: number; readonly r: number; readonly text: string }[] = [];
    if (a === "*") steps.push({ l: l + 1, r, text });
    if (b === "*") steps.push({ l, r: r + 1, text });
    const character = characterOf(a, b);
    if (character !== undefined)
      steps.push({ l: a === "*" ? l : l + 1, r: b === "*" ? r : r + 1, text: text + character });
    for (const step of steps) {
      const key = `${step.l} ${step.r}`;
      if (!seen.has(key)) pending.push(step);
      seen.add(key);
    }
  }
  return undefined;
}

/** A character that both parts of patterns match. */
function characterOf(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return undefined;
  const isAny = (part: string): boolean => part === "*" || part === "?";
  if (isAny(a)) return isAny(b) ? "q" : b;
  return isAny(b) || a === b ? a : undefined;
}
