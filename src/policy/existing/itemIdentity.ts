import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";

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
  "topologyKey",
  "uid",
];

/** The members of an element that identify it; empty when it has none. */
export function identityMembers(item: JsonObject): JsonObject {
  const found = KEYS.filter((key) => Object.hasOwn(item, key) && typeof item[key] !== "object");
  return Object.fromEntries(found.map((key) => [key, item[key]]));
}

/** What identifies an element of a list whatever its index: its merge keys, or its whole content when it has none. */
export function itemIdentity(item: unknown): string {
  const members = isJsonObject(item) ? Object.entries(identityMembers(item)) : [];
  return members.length > 0 ? members.map(([key, value]) => `${key}=${String(value)}`).join(",") : contentOf(item);
}

/** A text that is the same for equal JSON values. */
export function contentOf(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return `[${value.map(contentOf).join(",")}]`;
  if (!isJsonObject(value)) return JSON.stringify(value) ?? "undefined";
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${contentOf(value[key])}`).join(",")}}`;
}

/** The elements of an old list by identity. Elements with the same identity are paired in their order. */
export class ItemsBefore {
  readonly #items = new Map<string, unknown[]>();

  constructor(before: unknown) {
    for (const item of Array.isArray(before) ? before : []) {
      const key = itemIdentity(item);
      const alike = this.#items.get(key);
      if (alike === undefined) this.#items.set(key, [item]);
      else alike.push(item);
    }
  }

  /** Removes and returns the old element of a new one; undefined when the element is new. */
  take(item: unknown): unknown {
    return this.#items.get(itemIdentity(item))?.shift();
  }
}
