import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { deepEqual } from "../../protocol/patch/deepEqual.ts";

/**
 * Members that identify an element of a list: the merge keys of the Kubernetes API (`patchMergeKey`, `listMapKeys`). A
 * volume mount has two of them, `name` and `mountPath`.
 */
const KEYS = [
  "name",
  "key",
  "containerPort",
  "port",
  "protocol",
  "mountPath",
  "devicePath",
  "ip",
  "host",
  "topologyKey",
  "uid",
];
/** Names of Kubernetes are shorter. Longer ones are cut, so that an identity stays short. */
const MAX_LENGTH = 256;

/** The members of an element that identify it; empty when it has none. */
export function identityMembers(item: JsonObject): JsonObject {
  const found = KEYS.filter((key) => Object.hasOwn(item, key) && typeof item[key] !== "object");
  return Object.fromEntries(found.map((key) => [key, item[key]]));
}

/** What identifies an element of a list whatever its index: its merge keys. Empty for an element without any. */
export function itemIdentity(item: unknown): string {
  if (!isJsonObject(item)) return "";
  const members = Object.entries(identityMembers(item));
  return members.map(([key, value]) => `${key}=${JSON.stringify(String(value).slice(0, MAX_LENGTH))}`).join(",");
}

/** An element of a list before and after a change. `before` is undefined for an added element, `after` for a removed one. */
export interface ItemPair {
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * Pairs the elements of two states of a list: by identity, equal identities in their order. An element without an identity
 * has only an equal one as its pair: changed, it is a new element, such as a rule that allows more. The pairs have the
 * order of the new list; removed elements come last.
 */
export function pairItems(before: readonly unknown[], after: readonly unknown[]): ItemPair[] {
  const left = new Map<string, unknown[]>();
  for (const item of before) {
    const key = itemIdentity(item);
    const alike = left.get(key);
    if (alike === undefined) left.set(key, [item]);
    else alike.push(item);
  }
  const unnamed = pairEqual(
    left.get("") ?? [],
    after.filter((item) => itemIdentity(item) === ""),
  );
  const pairs = after.map((item): ItemPair => {
    const key = itemIdentity(item);
    return { before: key === "" ? unnamed.shift() : left.get(key)?.shift(), after: item };
  });
  left.delete("");
  const removed = [...left.values()].flat().concat(unnamed.filter((item) => item !== undefined));
  return [...pairs, ...removed.map((item) => ({ before: item, after: undefined }))];
}

/** Of the elements without an identity. More comparisons are not made: the elements then have no pairs. */
const MAX_COMPARISONS = 40_000;

/** The equals of the new elements in their order, undefined for those without, and then the other old elements. */
function pairEqual(before: readonly unknown[], after: readonly unknown[]): unknown[] {
  const rest = [...before];
  const isBounded = before.length * after.length <= MAX_COMPARISONS;
  const paired = after.map((item) => {
    const at = isBounded ? rest.findIndex((old) => deepEqual(old, item)) : -1;
    return at < 0 ? undefined : rest.splice(at, 1)[0];
  });
  return [...paired, ...rest];
}
