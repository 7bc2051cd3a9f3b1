import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import type { Denial } from "../define/Finding.ts";
import { contentOf, itemIdentity } from "./itemIdentity.ts";

/** What a denial is about, in a form that is comparable between two states of an object. */
export interface FindingSubject {
  /** Code, message and path, with the names of list elements instead of their indices. */
  readonly text: string;
  /** `text`, and the values of the fields that the denial names. */
  readonly key: string;
  /** Whether the denial names a field with a simple value, or without one. Other denials do not say what causes them. */
  readonly isExact: boolean;
}

/** A path as `ctx.path()` writes it, somewhere in a message. A word alone is not a path. */
const PATH = /(?<![\w-])[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*|\[\d{1,6}\]|\["(?:[^"\\]|\\.){0,320}"\])+/g;
const SEGMENT = /\.?([A-Za-z_][\w-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/g;

/** The subject of a denial of `object`, the whole reviewed object. */
export function findingSubject({ message, at, code }: Denial, object: JsonObject): FindingSubject {
  const values: string[] = [];
  let fields = 0;
  const named = (path: string): string => {
    const found = follow(path, object);
    if (found === undefined) return path;
    if (found.isField) {
      values.push(`${found.name}=${contentOf(found.value)}`);
      // A path without an index may be part of a general text, such as "set spec.hostNetwork to false".
      if (path === at || path.includes("[")) fields += 1;
    }
    return found.name;
  };
  const place = at === undefined ? "" : named(at);
  const isExactPlace = fields > 0;
  const line = message.replace(PATH, named);
  const text = JSON.stringify([code, place, line]);
  return { text, key: JSON.stringify([text, values]), isExact: at === undefined ? fields > 0 : isExactPlace };
}

/** Follows a path through an object. Undefined when it does not begin in the object. */
function follow(path: string, object: JsonObject): { name: string; value: unknown; isField: boolean } | undefined {
  let at: unknown = object;
  let name = "";
  for (const [, plain, index, quoted] of path.matchAll(SEGMENT)) {
    if (index !== undefined) {
      const item: unknown = Array.isArray(at) ? at[Number(index)] : undefined;
      if (item === undefined) return undefined;
      name += `[${itemIdentity(item)}]`;
      at = item;
    } else {
      const key = plain ?? keyOf(quoted);
      if (name === "" && !Object.hasOwn(object, key)) return undefined;
      name += `.${key}`;
      at = isJsonObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
    }
  }
  return { name, value: at, isField: typeof at !== "object" || at === null };
}

function keyOf(quoted: string | undefined): string {
  try {
    return String(JSON.parse(quoted ?? '""'));
  } catch {
    return "";
  }
}
