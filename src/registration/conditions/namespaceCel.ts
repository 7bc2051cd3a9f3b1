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
  const tests = [...new Set(globs.filter(isPattern))].map((glob) => globCel(glob));
  return celAny(exact.length === 0 ? tests : [celOneOf("n", [...new Set(exact)]), ...tests]);
}

/** A CEL test of a text for a glob. Without a regular expression where possible: it costs less and is easier to read. */
export function globCel(glob: string, variable = "n"): string {
  const pattern = glob.replace(/\*+/g, "*");
  const inner = pattern.replace(/^\*|\*$/g, "");
  if (!isPattern(inner)) {
    const starts = pattern.startsWith("*");
    const ends = pattern.endsWith("*");
    if (starts && ends) return `${variable}.contains(${celString(inner)})`;
    if (ends) return `${variable}.startsWith(${celString(inner)})`;
    if (starts) return `${variable}.endsWith(${celString(inner)})`;
  }
  const source = [...pattern].map((character) => {
    if (character === "*") return ".*";
    return character === "?" ? "." : character.replace(/[\\.+()[\]{}^$|]/, "\\$&");
  });
  // (?s): a dot matches any character, line ends included, as in the gate's own matcher.
  return `${variable}.matches(${celString(`(?s)^${source.join("")}$`)})`;
}

function isPattern(glob: string): boolean {
  return /[*?]/.test(glob);
}

function isAny(glob: string): boolean {
  return /^\*+$/.test(glob);
}
