import { isJsonObject } from "../../protocol/Json.ts";
import { typeOf } from "./objectFault.ts";

/** A value of a document, with its path. */
export interface ListItem {
  readonly path: readonly (string | number)[];
  readonly object: unknown;
  /** Why the value is no list, although its kind says so. The path is that of the items. */
  readonly fault?: string;
}

/**
 * The items of a List: `v1` List, or a typed list such as PodList, whose items may omit apiVersion and kind. Lists in a
 * list are split as well. Any other value is its own only item. A list without items, as kubectl prints it for an empty
 * namespace, has none.
 */
export function splitList(value: unknown, path: readonly (string | number)[] = []): ListItem[] {
  if (!isJsonObject(value) || typeof value.kind !== "string" || !value.kind.endsWith("List"))
    return [{ object: value, path }];
  const { apiVersion, items } = value;
  const kind = value.kind.slice(0, -"List".length);
  if (Array.isArray(items))
    return items.flatMap((item: unknown, index) => {
      const typed = isJsonObject(item) && kind !== "" ? { apiVersion, kind, ...item } : item;
      return splitList(typed, [...path, "items", index]);
    });
  // A custom object of a kind such as AllowList.
  if (kind !== "" && hasName(value.metadata)) return [{ object: value, path }];
  if (typeof apiVersion !== "string" || apiVersion === "") return [{ object: value, path }];
  if (items === undefined || items === null) return [];
  return [{ object: value, path: [...path, "items"], fault: `is ${typeOf(items)}; expected a list` }];
}

function hasName(metadata: unknown): boolean {
  return isJsonObject(metadata) && (metadata.name ?? metadata.generateName ?? "") !== "";
}
