import { isJsonObject } from "../../../protocol/Json.ts";

/** An operation in both readings: on JSON values here, and on the operands of a Go template with Helm's functions. */
interface Operation {
  readonly evaluate: (...values: readonly unknown[]) => unknown;
  readonly template: (...operands: readonly string[]) => string;
}

const prefix =
  (name: string): Operation["template"] =>
  (...operands) =>
    `(${[name, ...operands].join(" ")})`;

/** Whether a value counts as given. The same as `if` in a Go template: not null, false, 0, or empty. */
export function isGiven(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isJsonObject(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown): string => (isGiven(value) ? String(value) : "");

/** JSON as Go's `encoding/json` writes it: keys are sorted, and the characters of HTML are escaped. */
export function goJson(value: unknown): string {
  return JSON.stringify(sorted(value)).replaceAll(
    /[<>&\u2028\u2029]/g,
    (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

const OPERATION_TABLE = {
  /** The parts in one text. */
  text: {
    evaluate: (...parts) => parts.map(textOf).join(""),
    template: (...parts) => `(join "" (list ${parts.join(" ")}))`,
  },
  /** Compact JSON. */
  json: { evaluate: goJson, template: prefix("toJson") },
  /** The texts of a list, with a text between them. */
  joined: {
    evaluate: (by, list) => listOf(list).map(textOf).join(textOf(by)),
    template: prefix("join"),
  },
  matches: {
    evaluate: (pattern, text) => new RegExp(textOf(pattern)).test(textOf(text)),
    template: prefix("regexMatch"),
  },
  /** The text with each match of a pattern replaced. `$1` is its first group. */
  replaced: {
    evaluate: (pattern, text, by) => textOf(text).replaceAll(new RegExp(textOf(pattern), "g"), textOf(by)),
    // Go takes the longest name for that of the group, unless it has braces.
    template: (pattern = "", text = "", by = "") =>
      `(regexReplaceAll ${pattern} ${text} ${by.replace("$1", "$$".concat("{1}"))})`,
  },
  number: { evaluate: (text) => Number(textOf(text)), template: prefix("int") },
  every: { evaluate: (...values) => values.every(isGiven), template: prefix("and") },
  some: { evaluate: (...values) => values.some(isGiven), template: prefix("or") },
  not: { evaluate: (value) => !isGiven(value), template: prefix("not") },
  equals: {
    evaluate: (value, text) => textOf(value) === text,
    template: (value = "", text = "") => `(eq (toString ${value}) ${text})`,
  },
  includes: {
    evaluate: (item, list) => listOf(list).includes(item),
    template: (item = "", list = "") => `(has ${item} (${list} | default list))`,
  },
  choose: {
    evaluate: (when, then, otherwise) => (isGiven(when) ? then : otherwise),
    template: (when = "", then = "", otherwise = "") => `(ternary ${then} ${otherwise} (not (not ${when})))`,
  },
  /** The first value that is given. */
  coalesced: {
    evaluate: (...values) => values.find(isGiven) ?? values.at(-1),
    template: prefix("coalesce"),
  },
  list: { evaluate: (...items) => items, template: prefix("list") },
  /** Keys and values in turn. */
  record: {
    evaluate: (...parts) =>
      Object.fromEntries(parts.flatMap((key, index) => (index % 2 === 0 ? [[textOf(key), parts[index + 1]]] : []))),
    template: prefix("dict"),
  },
  /** Two records in one. The second wins. */
  merged: {
    evaluate: (left, right) => ({ ...(isJsonObject(left) ? left : {}), ...(isJsonObject(right) ? right : {}) }),
    template: (left = "", right = "") => `(merge (dict) (${right} | default dict) (${left} | default dict))`,
  },
  concatenated: {
    evaluate: (...lists) => lists.flatMap(listOf),
    template: (...lists) => `(concat ${lists.map((it) => `(${it} | default list)`).join(" ")})`,
  },
  /** The first item, or an empty text. */
  first: {
    evaluate: (list) => listOf(list)[0] ?? "",
    template: (list = "") => `(first (concat (${list} | default list) (list "")))`,
  },
} satisfies Record<string, Operation>;

/** The name of an operation. */
export type OperationName = keyof typeof OPERATION_TABLE;

/** All operations, by name. */
export const OPERATIONS: Readonly<Record<OperationName, Operation>> = OPERATION_TABLE;
