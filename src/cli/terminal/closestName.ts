/** More edits make another word. */
const MAX_EDITS = 3;

/** The known name that a mistyped one is closest to; undefined when none is close. */
export function closestName(name: string, known: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  const [best] = known
    .map((it) => ({ name: it, edits: editsBetween(plain(name), plain(it)) }))
    .sort((left, right) => left.edits - right.edits);
  return best === undefined || best.edits > Math.min(MAX_EDITS, name.length / 2) ? undefined : best.name;
}

/** The number of characters to put in, leave out or replace (Levenshtein distance). */
function editsBetween(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [at, character] of [...left].entries()) {
    const next = [at + 1];
    for (const [index, other] of [...right].entries()) {
      const replaced = (row[index] ?? 0) + (character === other ? 0 : 1);
      next.push(Math.min(replaced, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
