import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { writeJson } from "../../protocol/json/writeJson.ts";
import type { Denial } from "../define/Finding.ts";
import { formatPath } from "../define/formatPath.ts";
import { itemIdentity } from "./itemIdentity.ts";

/** What a denial is about, in a form that is comparable between two states of an object. */
export interface FindingSubject {
  /** Code, path and message, with the names of list elements instead of their indices. */
  readonly text: string;
  /** The value at the path `at`, as JSON; undefined without a usable path, and for a long value. */
  readonly value: string | undefined;
}

/** A path as `ctx.path()` writes it, somewhere in a message. A word alone is not a path. */
const PATH = /(?<![\w-])[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*|\[\d{1,6}\]|\["(?:[^"\\]|\\.){0,320}"\])+/g;
const SEGMENT = /\.?([A-Za-z_][\w-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/g;
/** Longer messages are compared as they are. The message may hold text of the client. */
const MAX_MESSAGE_LENGTH = 4096;
const MAX_PATHS = 32;
/** Of a value at a path. A longer one counts as changed. */
const MAX_VALUE_LENGTH = 1024;

/** The subject of a denial of `object`, the whole reviewed object. */
export function findingSubject({ message, at, code }: Denial, object: JsonObject): FindingSubject {
  let paths = 0;
  const named = (path: string): string => {
    paths += 1;
    return paths > MAX_PATHS || !path.includes("[") ? path : (follow(path, object)?.name ?? path);
  };
  const line = message.length > MAX_MESSAGE_LENGTH ? message : message.replace(PATH, named);
  if (at === undefined) return { text: JSON.stringify([code, line]), value: undefined };
  const found = follow(at, object);
  return {
    text: JSON.stringify([code, line, found?.name ?? at]),
    value: found === undefined ? undefined : shortJson(found.value),
  };
}

/** A value as JSON, empty for a missing one; undefined for a large one, which is not read to its end. */
function shortJson(value: unknown): string | undefined {
  if (value === undefined) return "";
  let length = 0;
  const pending = [value];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    length += typeof next === "string" ? next.length : 8;
    if (typeof next === "object" && next !== null)
      for (const [key, member] of Object.entries(next)) {
        length += key.length;
        pending.push(member ?? null);
        if (length + pending.length > MAX_VALUE_LENGTH) return undefined;
      }
    if (length > MAX_VALUE_LENGTH) return undefined;
  }
  return writeJson(value);
}

/**
 * Follows a path through an object. Undefined for a path that `ctx.path()` does not write, that does not begin in the
 * object, or that has an index outside of a list.
 */
function follow(path: string, object: JsonObject): { name: string; value: unknown } | undefined {
  const segments = [...path.matchAll(SEGMENT)].map(([, name, index, quoted]) =>
    index === undefined ? (name ?? String(unquote(quoted))) : Number(index),
  );
  const [first] = segments;
  if (formatPath(segments) !== path || typeof first !== "string" || !Object.hasOwn(object, first)) return undefined;
  let at: unknown = object;
  let name = "";
  for (const segment of segments) {
    if (typeof segment === "number") {
      if (!Array.isArray(at) || at[segment] === undefined) return undefined;
      at = at[segment];
      name += `[${itemIdentity(at)}]`;
    } else {
      at = isJsonObject(at) && Object.hasOwn(at, segment) ? at[segment] : undefined;
      name += `.${JSON.stringify(segment)}`;
    }
  }
  return { name, value: at };
}

function unquote(quoted: string | undefined): unknown {
  try {
    return JSON.parse(quoted ?? '""');
  } catch {
    return "";
  }
}
