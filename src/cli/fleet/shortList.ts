/** Names in one line; JSON has all. */
const MAX_SHOWN = 3;

/** The first names, and how many more there are: `a, b, c and 4 more`. */
export function shortList(names: readonly string[]): string {
  const more = names.length - MAX_SHOWN;
  return `${names.slice(0, MAX_SHOWN).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
