import { matchesGlob } from "../../protocol/matchesGlob.ts";
import type { PolicyException } from "../define/PolicyException.ts";
import { namespaceMatcher } from "../match/namespaceMatcher.ts";
import type { RequestMatcher } from "./exceptedRequest.ts";
import { type ImageParts, matchesParts, readImagePattern } from "./matchesImage.ts";

/** An exception, with its patterns read once for all reviews. */
export interface ExceptionMatcher extends RequestMatcher {
  readonly exception: PolicyException;
  readonly isIn: (namespace: string) => boolean;
  /** Undefined where it is not about images. */
  readonly images: readonly ImageParts[] | undefined;
}

/** By policy, and by policy and namespace for those that name their namespaces without a pattern. */
type Index = ReadonlyMap<string, readonly ExceptionMatcher[]>;

/** The longest name of a namespace. */
const MAX_NAMESPACE_LENGTH = 63;
const indexes = new WeakMap<readonly PolicyException[], Index>();
/** Lists of clusters share exceptions. */
const matchers = new WeakMap<PolicyException, ExceptionMatcher>();

/**
 * The exceptions of a policy that are for a namespace, which is empty for cluster-scoped objects. A list is read once: it may
 * have a thousand, of which those that name other namespaces add nothing to the cost of a review.
 */
export function exceptionMatchers(
  exceptions: readonly PolicyException[],
  policy: string,
  namespace: string,
): readonly ExceptionMatcher[] {
  let index = indexes.get(exceptions);
  if (index === undefined) {
    index = indexOf(exceptions);
    indexes.set(exceptions, index);
  }
  const anywhere = index.get(policy)?.filter(({ isIn }) => isIn(namespace)) ?? [];
  const named = index.get(`${policy}/${namespace}`);
  return named === undefined ? anywhere : [...named, ...anywhere];
}

function indexOf(exceptions: readonly PolicyException[]): Index {
  const index = new Map<string, ExceptionMatcher[]>();
  for (const exception of exceptions) {
    const { policy, namespaces } = exception;
    const isNamed = namespaces?.some(isPattern) === false;
    const keys = isNamed ? namespaces.map((name) => `${policy}/${name}`) : [policy];
    for (const key of new Set(keys)) {
      const list = index.get(key) ?? [];
      list.push(exceptionMatcher(exception));
      index.set(key, list);
    }
  }
  return index;
}

function isPattern(namespace: string): boolean {
  return /[*?]/.test(namespace);
}

/** The patterns of an exception. A name that no namespace can have is in none of its namespaces. */
function exceptionMatcher(exception: PolicyException): ExceptionMatcher {
  const known = matchers.get(exception);
  if (known !== undefined) return known;
  const { namespaces, names, subjects, images } = exception;
  const matcher: ExceptionMatcher = {
    exception,
    isIn: namespaces === undefined ? () => true : inOneOf(namespaces),
    isNamed: names && textMatcher(names, matchesGlob),
    isOf: subjects && textMatcher(subjects, (pattern, text) => matchesParts(pattern, text, ":")),
    images: images?.flatMap((pattern) => readImagePattern(pattern) ?? []),
  };
  matchers.set(exception, matcher);
  return matcher;
}

function inOneOf(namespaces: readonly string[]): (name: string) => boolean {
  const isMatched = namespaceMatcher({ include: namespaces });
  return (name) => name.length <= MAX_NAMESPACE_LENGTH && isMatched(name);
}

/** Tests texts against patterns with `*`. Those without one are looked up. */
function textMatcher(
  patterns: readonly string[],
  matches: (pattern: string, text: string) => boolean,
): (text: string) => boolean {
  const exact = new Set(patterns);
  const globs = patterns.filter((pattern) => pattern.includes("*"));
  return (text) => exact.has(text) || globs.some((pattern) => matches(pattern, text));
}
