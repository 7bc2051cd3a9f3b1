import * as z from "zod";

/** A string as canonical JSON writes it (RFC 8785, section 3.2.2.2). */
const TEXT = String.raw`"[^"\\\0-\x1f]*(?:\\(?:["\\bfnrt]|u00(?:0[0-7bef]|1[0-9a-f]))[^"\\\0-\x1f]*)*"`;
/** Fifteen digits are exact in a double. Longer ones are left to a parser. */
const INTEGER = String.raw`(?:0|-?[1-9]\d{0,14})`;
const COUNT = String.raw`(?:0|[1-9]\d{0,14})`;
/** What is used of JSON Schema as zod writes it. */
const partSchema = z.object({
  type: z.optional(z.string()),
  const: z.optional(z.unknown()),
  enum: z.optional(z.array(z.unknown())),
  pattern: z.optional(z.string()),
  minimum: z.optional(z.number()),
  properties: z.optional(z.record(z.string(), z.unknown())),
  required: z.optional(z.array(z.string())),
  additionalProperties: z.optional(z.unknown()),
  items: z.optional(z.unknown()),
});

/** The names of groups by the path of a member, such as `decision.cluster`. The group of a string is without its quotes. */
export type GroupNames = Readonly<Record<string, string>>;

/** A pattern, and the names of its groups that are numbers. */
export interface CanonicalPattern {
  readonly pattern: RegExp;
  readonly numbers: readonly string[];
}

/**
 * A pattern for the canonical JSON of a schema, which fixes the order of members and has no white space. A text that matches
 * is of the schema and canonical, if each group of `numbers` is a number as ECMAScript writes it, and the text has no lone
 * surrogate. A text that does not match may be one: members of any form, long numbers, and fractions in lists have no pattern,
 * and need a parser. Each part of a text matches in one way only, so a match takes linear time.
 */
export function canonicalPattern(schema: z.ZodType, names: GroupNames): CanonicalPattern {
  const numbers: string[] = [];
  const pattern = patternOf(z.toJSONSchema(schema), { path: "", names, numbers });
  return { pattern: new RegExp(`^${pattern ?? "(?!)"}$`), numbers };
}

interface Place {
  /** From the root, such as `decision.cluster`; in a list with `[]`. */
  readonly path: string;
  readonly names: GroupNames;
  /** Groups of numbers up to now. */
  readonly numbers: string[];
}

/** Undefined for a part that may have any form. */
function patternOf(part: unknown, place: Place): string | undefined {
  const { data } = partSchema.safeParse(part);
  if (data === undefined) return undefined;
  const group = place.names[place.path];
  const named = (pattern: string): string => (group === undefined ? pattern : `(?<${group}>${pattern})`);
  if (data.const !== undefined) return literal(data.const);
  if (data.enum !== undefined) return `(?:${data.enum.map(literal).join("|")})`;
  switch (data.type) {
    case "string":
      if (data.pattern !== undefined) return `"${named(`(?:${data.pattern.replace(/^\^|\$$/g, "")})`)}"`;
      return group === undefined ? TEXT : `"${named(String.raw`[^"\\\0-\x1f]*`)}"`;
    case "integer":
      return named(data.minimum === 0 ? COUNT : INTEGER);
    case "number":
      return numberPattern(place);
    case "boolean":
      return "(?:true|false)";
    case "array": {
      const item = patternOf(data.items, { ...place, path: `${place.path}[]` });
      return item === undefined ? undefined : String.raw`\[(?:${item}(?:,${item})*)?\]`;
    }
    case "object":
      return data.additionalProperties === false ? objectPattern(data, place) : undefined;
    default:
      return undefined;
  }
}

/** A group has only the last item of a list. */
function numberPattern({ path, numbers }: Place): string | undefined {
  if (path.includes("[]")) return undefined;
  const name = `number${numbers.length}`;
  numbers.push(name);
  return String.raw`(?<${name}>-?\d[\d.e+-]{0,24})`;
}

function objectPattern(
  { properties = {}, required = [] }: z.infer<typeof partSchema>,
  place: Place,
): string | undefined {
  const { path } = place;
  const members: { readonly isRequired: boolean; readonly pattern: string }[] = [];
  // By UTF-16 code units, as in RFC 8785, section 3.2.3.
  for (const name of Object.keys(properties).sort()) {
    const value = patternOf(properties[name], { ...place, path: path === "" ? name : `${path}.${name}` });
    const isRequired = required.includes(name);
    if (value === undefined && isRequired) return undefined;
    if (value !== undefined) members.push({ isRequired, pattern: `${literal(name)}:${value}` });
  }
  const after = (from: number): string =>
    members
      .slice(from)
      .map(({ isRequired, pattern }) => (isRequired ? `,${pattern}` : `(?:,${pattern})?`))
      .join("");
  const first = members.findIndex(({ isRequired }) => isRequired);
  const before = members.slice(0, Math.max(0, first)).map(({ pattern }) => `(?:${pattern},)?`);
  if (first >= 0) return String.raw`\{${before.join("")}${members[first]?.pattern ?? ""}${after(first + 1)}\}`;
  const choices = members.map(({ pattern }, index) => `${pattern}${after(index + 1)}`);
  return String.raw`\{(?:${choices.join("|")})?\}`;
}

function literal(value: unknown): string {
  return JSON.stringify(value).replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
