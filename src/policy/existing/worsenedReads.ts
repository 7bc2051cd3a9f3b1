import { isJsonObject } from "../../protocol/Json.ts";
import { ItemsBefore, itemIdentity } from "./itemIdentity.ts";

/** The fields of the object that a policy read, by path, such as `.metadata.labels.app`. */
export type FieldReads = Set<string>;

/** Fields that name an object. They are not its state. */
const NAMING = [".apiVersion", ".kind", ".metadata", ".metadata.name", ".metadata.namespace", ".metadata.uid"];

/** Whether a policy read anything of the object but its name. A denial without that is not about the object. */
export function readsState(reads: FieldReads): boolean {
  for (const read of reads) if (!NAMING.includes(read)) return true;
  return false;
}

/** A view of a JSON value that notes the fields that are read through it. The value must not be frozen. */
export function trackReads(value: unknown, reads: FieldReads, path = ""): unknown {
  if (typeof value !== "object" || value === null) return value;
  const pathOf = (key: string): string => childPath(path, value, key);
  const note = (key: string | symbol): void => {
    if (typeof key === "string") reads.add(pathOf(key));
  };
  return new Proxy(value, {
    get: (target, key, receiver) => {
      note(key);
      const member: unknown = Reflect.get(target, key, receiver);
      return typeof key === "string" && Object.hasOwn(target, key) ? trackReads(member, reads, pathOf(key)) : member;
    },
    has: (target, key) => {
      note(key);
      return Reflect.has(target, key);
    },
    getOwnPropertyDescriptor: (target, key) => {
      note(key);
      return Reflect.getOwnPropertyDescriptor(target, key);
    },
  });
}

/**
 * Whether a field that a policy read was changed or removed, or a field was removed beside one that it read in a map of
 * simple values, such as the labels. A policy that reports a missing label may stop at the first one that is missing.
 */
export function hasWorsenedReads(before: unknown, after: unknown, reads: FieldReads, path = ""): boolean {
  if (Array.isArray(before)) {
    const left = new ItemsBefore(after);
    return before.some((item) => hasWorsenedReads(item, left.take(item), reads, `${path}[${itemIdentity(item)}]`));
  }
  if (isJsonObject(before)) {
    const now = isJsonObject(after) ? after : {};
    const isMap = Object.values(before).every((value) => typeof value !== "object" || value === null);
    const isRead = isMap && Object.keys({ ...before, ...now }).some((key) => reads.has(`${path}.${key}`));
    return Object.entries(before).some(
      ([key, value]) =>
        (isMap && (isRead || readsIn(reads, path)) && now[key] === undefined) ||
        hasWorsenedReads(value, now[key], reads, `${path}.${key}`),
    );
  }
  return before !== after && reads.has(path);
}

/** Whether a member of a map was read that neither state of the object has. */
function readsIn(reads: FieldReads, path: string): boolean {
  for (const read of reads) if (read.startsWith(`${path}.`)) return true;
  return false;
}

function childPath(path: string, parent: object, key: string): string {
  if (!Array.isArray(parent)) return `${path}.${key}`;
  const item: unknown = Reflect.get(parent, key);
  return /^\d+$/.test(key) && item !== undefined ? `${path}[${itemIdentity(item)}]` : `${path}.${key}`;
}
