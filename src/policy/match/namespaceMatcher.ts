import type { NamespaceMatch } from "../define/Match.ts";

/** The longest name of an object. The API server refuses a longer one, but asks mutating webhooks first. */
const MAX_NAME_LENGTH = 253;

/**
 * Returns a function that tests a namespace name. The empty string is a cluster-scoped object. A name that is too long for
 * a namespace matches, so that no policy is skipped and no time is spent on it.
 */
export function namespaceMatcher({ include, exclude }: NamespaceMatch): (namespace: string) => boolean {
  const included = include?.map(glob);
  const excluded = exclude?.map(glob) ?? [];
  return (namespace) => {
    if (namespace === "") return included === undefined;
    if (namespace.length > MAX_NAME_LENGTH) return true;
    if (excluded.some((matches) => matches(namespace))) return false;
    return included === undefined || included.some((matches) => matches(namespace));
  };
}

function glob(pattern: string): (text: string) => boolean {
  if (!/[*?]/.test(pattern)) return (text) => text === pattern;
  return (text) => matchesGlob(pattern, text);
}

/**
 * Takes at most one step for each pair of a character of the text and one of the pattern: after a failure only the last
 * star takes one character more, because an earlier star cannot do better. A regular expression tries all stars.
 */
function matchesGlob(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (p < pattern.length && (pattern[p] === "?" || (pattern[p] === text[t] && pattern[p] !== "*"))) {
      p += 1;
      t += 1;
    } else if (pattern[p] === "*") {
      star = p;
      resume = t;
      p += 1;
    } else if (star >= 0) {
      p = star + 1;
      resume += 1;
      t = resume;
    } else return false;
  }
  while (pattern[p] === "*") p += 1;
  return p === pattern.length;
}
