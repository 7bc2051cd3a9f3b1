import { matchesGlob } from "../../protocol/matchesGlob.ts";
import { GateConfigError } from "./GateConfigError.ts";

/** Namespaces have lower-case names. */
const NAMESPACE_PATTERN = /^[a-z0-9*?-]+$/;

/** Names that a fault lists. */
const MAX_LISTED = 8;

/** A list of at least one text that is not empty; undefined where it is absent. Throws {@link GateConfigError}. */
export function readTexts(path: string, value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((it): it is string => typeof it === "string" && it !== "")
  )
    return Object.freeze([...value]);
  throw new GateConfigError(path, ": expected a list of at least one text that is not empty");
}

/** A list of names of namespaces, with `*` and `?`. Throws {@link GateConfigError}. */
export function readNamespaces(path: string, value: unknown): readonly string[] | undefined {
  const names = readTexts(path, value);
  const impossible = names?.find((name) => !NAMESPACE_PATTERN.test(name));
  if (impossible === undefined) return names;
  const fault = `has ${JSON.stringify(impossible)}, which matches no namespace: names have only a-z, 0-9 and '-'`;
  throw new GateConfigError(path, fault);
}

/**
 * A list of names with `*`, each of which matches one of the `known` names. `known` is undefined where the names are not known,
 * as those of the clusters of a lookup. Throws {@link GateConfigError}.
 */
export function readKnown(
  path: string,
  value: unknown,
  known: readonly string[] | undefined,
  noun: string,
): readonly string[] | undefined {
  const patterns = readTexts(path, value);
  const stray = patterns?.find((pattern) => known?.some((name) => matchesGlob(pattern, name)) === false);
  if (stray === undefined) return patterns;
  const names = known ?? [];
  const list = names.slice(0, MAX_LISTED).join(", ") + (names.length > MAX_LISTED ? ", …" : "");
  const has = list === "" ? "" : `; it has ${list}`;
  throw new GateConfigError(path, `has ${JSON.stringify(stray)}, which matches no ${noun} of the gate${has}`);
}

/** Throws {@link GateConfigError} for a member that is not known. */
export function checkMembers(path: string, value: object, known: readonly string[]): void {
  for (const key of Object.keys(value))
    if (!known.includes(key)) throw new GateConfigError(`${path}.${key}`, `is unknown; known are ${known.join(", ")}`);
}
