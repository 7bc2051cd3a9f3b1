import fc from "fast-check";

/** Member names that patch libraries, JavaScript or JSON Pointers have mishandled. */
const awkwardNames = [
  "",
  "/",
  "~",
  "~1",
  "~0/",
  "a/b~c",
  "0",
  "1",
  "-",
  "name",
  "é",
  "日本",
  "😀",
  "👨‍👩‍👧",
  'q"\\',
  "<&>",
  " ",
  "toString",
];
const prototypeNames = ["__proto__", "constructor", "prototype"];

const scalar = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, 1, -1.5, 1e21, "", "a", "b", "😀", "</script>"),
  fc.integer(),
  fc.string({ unit: "grapheme", maxLength: 4 }),
);

/**
 * JSON values from a small set, so that two of them have much in common, as an object and its changed draft have.
 * `hostile` adds names that every JavaScript object inherits.
 */
export function anyJson(hostile: boolean): fc.Arbitrary<unknown> {
  const key = fc.constantFrom(...awkwardNames, ...(hostile ? prototypeNames : []));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: "small", withCrossShrink: true }, scalar, tie("list"), tie("object")),
    list: fc.array(fc.oneof(fc.constantFrom<unknown>(null, 1, "a", { name: "a" }, { name: "b", x: 1 }), tie("value")), {
      maxLength: 6,
    }),
    object: fc.array(fc.tuple(key, tie("value")), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
  }));
  return value;
}

function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

/** A document before and after a change: unrelated documents, or equal except for a few places. Both are objects. */
export function anyChange(hostile: boolean): fc.Arbitrary<readonly [before: object, after: object]> {
  const json = anyJson(hostile);
  const edited = fc
    .tuple(
      json,
      fc.array(fc.tuple(fc.nat(), fc.constantFrom("set", "insert", "remove"), json), { minLength: 1, maxLength: 4 }),
    )
    .map(([before, edits]) => {
      const root = { v: before };
      let after: { v: unknown } = copy(root);
      for (const [where, how, value] of edits) after = edit(after, where, how, copy(value));
      return [root, after] as const;
    });
  return fc.oneof(
    edited,
    fc.tuple(json, json).map(([before, after]) => [{ v: before }, { v: after }] as const),
  );
}

/** Changes one place of the document, chosen by its number. */
function edit(document: { v: unknown }, where: number, how: string, value: unknown): { v: unknown } {
  const places: [list: unknown[] | undefined, at: number, put: (value: unknown) => void][] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    for (const [key, child] of Object.entries(node)) {
      const put = (next: unknown): void => {
        Object.defineProperty(node, key, { value: next, enumerable: true, configurable: true, writable: true });
      };
      places.push([Array.isArray(node) ? node : undefined, Number(key), put]);
      visit(child);
    }
  };
  visit(document);
  const [list, at, put] = places[where % places.length] ?? [];
  if (list !== undefined && at !== undefined && how !== "set")
    list.splice(at, how === "remove" ? 1 : 0, ...(how === "remove" ? [] : [value]));
  else put?.(value);
  return document;
}
