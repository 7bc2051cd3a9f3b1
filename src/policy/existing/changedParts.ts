import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { deepEqual } from "../../protocol/patch/deepEqual.ts";
import { ItemsBefore, identityMembers } from "./itemIdentity.ts";

/** Which parts of an object {@link changedParts} keeps. */
export interface PartsKept {
  /** Whether changed and added values are kept. Without them only the structure is left. */
  readonly changes: boolean;
  /** Whether a changed element of a list is kept whole. Otherwise only its changes and what identifies it. */
  readonly wholeItems: boolean;
}

/** A changed or added element of a list, and the member names from the object to the list. */
export interface ChangedItem {
  readonly list: readonly string[];
  /** Undefined for an added element. */
  readonly before: unknown;
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
  const items = new ItemsBefore(before);
  return after.flatMap((item) => {
    const old = items.take(item);
    if (deepEqual(old, item)) return [];
    if (old === undefined || kept.wholeItems || !isJsonObject(item)) return kept.changes ? [item] : [];
    return [{ ...objectParts(old, item, kept), ...identityMembers(item) }];
  });
}

/** The changed and added elements of all lists that are not within another list. */
export function changedItems(before: unknown, after: unknown, list: readonly string[] = []): ChangedItem[] {
  if (Array.isArray(after)) {
    const items = new ItemsBefore(before);
    return after.flatMap((item) => {
      const old = items.take(item);
      return deepEqual(old, item) ? [] : [{ list, before: old, after: item }];
    });
  }
  if (!isJsonObject(after)) return [];
  const old = isJsonObject(before) ? before : {};
  return Object.entries(after).flatMap(([key, value]) => changedItems(old[key], value, [...list, key]));
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
