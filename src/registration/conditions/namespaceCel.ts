import type { NamespaceMatch } from "../../policy/define/Match.ts";
import { celAny, celOneOf, celString } from "./celString.ts";

/**
 * `match.namespaces` as a CEL condition on the variable `n`: the namespace of the object, the name of a Namespace, or
 * empty. Undefined where every name matches.
 */
export function namespaceCel({ include, exclude = [] }: NamespaceMatch): string | undefined {
  const parts: string[] = [];
  if (include !== undefined) parts.push(include.some(isAny) ? "n != ''" : oneMatches(include));
  // Exceptions do not apply to cluster-scoped objects: a policy without `include` sees all of them.
  if (exclude.some(isAny)) parts.push("n == ''");
  else if (exclude.length > 0) parts.push(notAny(oneMatches(exclude)));
  return parts.length === 0 ? undefined : parts.join(" && ");
}

function notAny(condition: string): string {
  return condition.startsWith("(") ? `!${condition}` : `!(${condition})`;
}

function oneMatches(globs: readonly string[]): string {
  const exact = globs.filter((glob) => !isPattern(glob));
  const tests = [...new Set(globs.filter(isPattern))].map(globCel);
  return celAny(exact.length === 0 ? tests : [celOneOf("n", [...new Set(exact)]), ...tests]);
}

/** A CEL test for a glob. Without a regular expression where possible: it costs less and is easier to read. */
function globCel(glob: string): string {
  const pattern = glob.replace(/\*+/g, "*");
  const inner = pattern.replace(/^\*|\*$/g, "");
  if (!isPattern(inner)) {
    const starts = pattern.startsWith("*");
    const ends = pattern.endsWith("*");
    if (starts && ends) return `n.contains(${celString(inner)})`;
    if (ends) return `n.startsWith(${celString(inner)})`;
    if (starts) return `n.endsWith(${celString(inner)})`;
  }
  const source = [...pattern].map((character) => {
    if (character === "*") return ".*";
    return character === "?" ? "." : character.replace(/[\\.+()[\]{}^$|]/, "\\$&");
  });
  // (?s): a dot matches any character, line ends included, as in the gate's own matcher.
  return `n.matches(${celString(`(?s)^${source.join("")}$`)})`;
}

function isPattern(glob: string): boolean {
  return /[*?]/.test(glob);
}

function isAny(glob: string): boolean {
  return /^\*+$/.test(glob);
}
