import { containsFields } from "./containsFields.ts";

/** What happens to an element that has the name of a wanted one and is another. */
export type OnConflict = "deny" | "keep" | "replace";

/**
 * Puts copies of the wanted elements into a list, in place and in their order, at its beginning or its end. One whose
 * name is there already with all that is wanted of it stays as and where it is. Returns where the elements stand that
 * have the name of a wanted one, are others, and were not replaced. Throws a TypeError for what is no list.
 */
export function insertNamed<T extends { name: string }>(
  list: T[],
  wanted: readonly T[],
  { position, onConflict }: { readonly position: "first" | "last"; readonly onConflict: OnConflict },
): number[] {
  if (!Array.isArray(list)) throw new TypeError("the Pod has something else where a list belongs");
  const strangers = new Set<string>();
  let next = 0;
  for (const element of wanted) {
    const index = list.findIndex(({ name }) => name === element.name);
    // What follows an element that is there goes behind it, wherever it stands.
    next = index < 0 ? next : index;
    if (index < 0) list.splice(position === "first" ? next : list.length, 0, structuredClone(element));
    else if (!containsFields(list[index], element)) {
      if (onConflict === "replace") list[index] = structuredClone(element);
      else strangers.add(element.name);
    }
    next += 1;
  }
  return list.flatMap(({ name }, index) => (strangers.has(name) ? [index] : []));
}
