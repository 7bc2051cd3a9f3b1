import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { deepEqual } from "../../protocol/patch/deepEqual.ts";
import type { FieldReads } from "./FieldReads.ts";
import { identityMembers, pairItems } from "./itemIdentity.ts";

/** Which parts of an object {@link changedParts} keeps. */
export interface PartsKept {
  /** Whether changed and added values are kept. Without them only the structure is left. */
  readonly changes: boolean;
  /** Whether a changed element of a list is kept whole. Otherwise only its changes and what identifies it. */
  readonly wholeItems: boolean;
}

/** An element of a list that is not within another list, and the member names from the object to the list. */
export interface ListItem {
  readonly list: readonly string[];
  /** Undefined for an added element. */
  readonly before: unknown;
  /** Undefined for a removed element. */
  readonly after: unknown;
}

/** The members that name an object. A policy may need them, whatever changed. */
const NAMING = ["name", "generateName", "namespace", "uid"];

/**
 * An object with only what changed since `before`. All objects within objects stay, if empty; lists hold changed and
 * added elements. Without `changes`, what is left is the ground on which the changes were made.
 */
export function changedParts(before: JsonObject, after: JsonObject, kept: PartsKept): JsonObject {
  const parts = objectParts(before, after, kept);
  const metadata = isJsonObject(after.metadata) ? after.metadata : {};
  const naming = Object.fromEntries(NAMING.filter((key) => key in metadata).map((key) => [key, metadata[key]]));
  const keptMetadata = isJsonObject(parts.metadata) ? parts.metadata : {};
  return { ...parts, apiVersion: after.apiVersion, kind: after.kind, metadata: { ...keptMetadata, ...naming } };
}

function objectParts(before: unknown, after: JsonObject, kept: PartsKept): JsonObject {
  const old = isJsonObject(before) ? before : {};
  const parts = Object.entries(after).map(([key, value]) => [key, partOf(old[key], value, kept)] as const);
  return Object.fromEntries(parts.filter(([, value]) => value !== undefined));
}

function partOf(before: unknown, after: unknown, kept: PartsKept): unknown {
  if (Array.isArray(after)) return itemParts(before, after, kept);
  if (isJsonObject(after)) return objectParts(before, after, kept);
  return kept.changes && before !== after ? after : undefined;
}

function itemParts(before: unknown, after: readonly unknown[], kept: PartsKept): unknown[] {
  return pairItems(Array.isArray(before) ? before : [], after).flatMap(({ before: old, after: item }) => {
    if (item === undefined || deepEqual(old, item)) return [];
    if (old === undefined || kept.wholeItems || !isJsonObject(item)) return kept.changes ? [item] : [];
    return [{ ...objectParts(old, item, kept), ...identityMembers(item) }];
  });
}

/** All elements of all lists that are not within another list. */
export function listItems(before: unknown, after: unknown, list: readonly string[] = []): ListItem[] {
  if (Array.isArray(before) || Array.isArray(after))
    return pairItems(Array.isArray(before) ? before : [], Array.isArray(after) ? after : []).map((pair) => ({
      list,
      ...pair,
    }));
  const old = isJsonObject(before) ? before : {};
  const now = isJsonObject(after) ? after : {};
  return Object.keys({ ...old, ...now }).flatMap((key) => listItems(old[key], now[key], [...list, key]));
}

/** The object with all lists empty, except one list that has only `item`; without one when `item` is undefined. */
export function withOnlyItem(object: JsonObject, list: readonly string[], item: unknown): JsonObject {
  const [first] = list;
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => {
      const rest = key === first ? list.slice(1) : [];
      if (Array.isArray(value)) return [key, key === first && rest.length === 0 && item !== undefined ? [item] : []];
      return [key, isJsonObject(value) ? withOnlyItem(value, rest, item) : value];
    }),
  );
}

/** The object without the element `item` of a list, or without the member at the end of `path` when there is no `item`. */
export function withoutPart(object: JsonObject, path: readonly string[], item?: unknown): JsonObject {
  const [first, ...rest] = path;
  if (first === undefined || !Object.hasOwn(object, first)) return object;
  const { [first]: value, ...others } = object;
  if (rest.length > 0) return isJsonObject(value) ? { ...object, [first]: withoutPart(value, rest, item) } : object;
  if (item === undefined) return others;
  return Array.isArray(value) ? { ...object, [first]: value.filter((one) => one !== item) } : object;
}

/** The object with another value at a path that it has. */
export function withValue(object: JsonObject, path: readonly string[], value: unknown): JsonObject {
  const [first, ...rest] = path;
  if (first === undefined || !Object.hasOwn(object, first)) return object;
  const member = object[first];
  if (rest.length === 0) return { ...object, [first]: value };
  return isJsonObject(member) ? { ...object, [first]: withValue(member, rest, value) } : object;
}

/** A list that is not within another list, or a map of simple values, with its old and its added entries. */
export interface GrownPart {
  readonly path: readonly string[];
  readonly added: readonly unknown[];
  readonly kept: readonly unknown[];
  /** The list or map with some of the entries. */
  readonly of: (entries: readonly unknown[]) => unknown;
}

/** The lists and maps that have added entries, and of which the policy read something. */
export function grownParts(
  before: unknown,
  after: unknown,
  reads: FieldReads,
  path: readonly string[] = [],
): GrownPart[] {
  if (Array.isArray(after)) {
    const pairs = pairItems(Array.isArray(before) ? before : [], after).filter((pair) => pair.after !== undefined);
    const added = pairs.filter((pair) => pair.before === undefined).map((pair) => pair.after);
    const kept = pairs.filter((pair) => pair.before !== undefined).map((pair) => pair.after);
    return added.length > 0 && reads.within(after) ? [{ path, added, kept, of: (entries) => entries }] : [];
  }
  if (!isJsonObject(after)) return [];
  const old = isJsonObject(before) ? before : {};
  const entries = Object.entries(after);
  const deeper = entries.flatMap(([key, value]) => grownParts(old[key], value, reads, [...path, key]));
  const isMap = entries.every(([, value]) => typeof value !== "object" || value === null);
  if (!isMap || path.length === 0 || !reads.within(after)) return deeper;
  const added = entries.filter(([key, value]) => old[key] !== value);
  const kept = entries.filter(([key, value]) => old[key] === value);
  const of = (some: readonly unknown[]): unknown => Object.fromEntries(some as [string, unknown][]);
  return added.length > 0 ? [...deeper, { path, added, kept, of }] : deeper;
}

/** The simple values outside of lists that are equal in both states and were read: the paths to them. */
export function keptFields(
  before: unknown,
  after: unknown,
  reads: FieldReads,
  path: readonly string[] = [],
): (readonly string[])[] {
  if (!isJsonObject(before) || !isJsonObject(after)) return [];
  return Object.entries(after).flatMap(([key, value]) => {
    const at = [...path, key];
    if (isJsonObject(value)) return keptFields(before[key], value, reads, at);
    const isKept = !Array.isArray(value) && before[key] === value && (reads.has(before, key) || reads.has(after, key));
    return isKept ? [at] : [];
  });
}
