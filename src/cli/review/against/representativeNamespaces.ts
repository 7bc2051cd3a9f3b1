import { namespaceMatcher } from "../../../policy/match/namespaceMatcher.ts";
import { globInstance, globIntersection } from "./globContains.ts";

/** A namespace that stands for all that patterns do not tell from it. */
export interface Representative {
  /** Empty for objects without a namespace. */
  readonly name: string;
  /** For people. */
  readonly shown: string;
}

/** Names that hardly any pattern matches. */
const OTHERS = ["zz-other-0", "other", "x0", "9-9"];
/** With more patterns, pairs of them are not tried. */
const MAX_PAIRED = 100;

/**
 * Namespaces that stand for all others, as far as patterns tell them apart: each literal name, an instance of each pattern and
 * of each two patterns that a name can match at once, one that matches none, and none, for cluster-scoped objects.
 */
export function representativeNamespaces(patterns: readonly string[]): readonly Representative[] {
  const all = [...new Set(patterns)].sort();
  const globs = all.filter((it) => /[*?]/.test(it));
  const found = new Map<string, string>();
  for (const name of all) if (!globs.includes(name)) found.set(name, name);
  const add = (name: string | undefined, shown: string): void => {
    if (name !== undefined && name !== "" && !found.has(name)) found.set(name, shown);
  };
  for (const glob of globs) add(globInstance(glob), glob);
  if (globs.length <= MAX_PAIRED)
    for (const [index, left] of globs.entries())
      for (const right of globs.slice(index + 1)) add(globIntersection(left, right), `${left} and ${right}`);
  const isNamed = namespaceMatcher({ include: all.filter((it) => !/^\*+$/.test(it)) });
  add(
    OTHERS.find((name) => !isNamed(name)),
    all.length === 0 ? "any" : "others",
  );
  return [...[...found].map(([name, shown]) => ({ name, shown })), { name: "", shown: "cluster-scoped objects" }];
}
