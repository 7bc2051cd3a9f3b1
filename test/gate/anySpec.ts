import fc from "fast-check";

/** A number of a test: its text, which JavaScript never reads as a number. */
export interface NumberText {
  readonly "#number": string;
}

const edges = [0n, 2n ** 31n, 2n ** 53n, 2n ** 62n, 2n ** 63n, 2n ** 64n, 10n ** 21n].flatMap((edge) =>
  [-1n, 0n, 1n].flatMap((step) => [edge + step, -edge + step]),
);
/** Integers of all sizes, with as many of 20 digits as of 2. */
const integer = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 70 }), fc.boolean())
      .chain(([bits, isNegative]) =>
        fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) }).map((size) => (isNegative ? -size : size)),
      ),
  },
  { weight: 2, arbitrary: fc.constantFrom(...edges) },
  { weight: 4, arbitrary: fc.bigInt({ min: 1_700_000_000_000_000_000n, max: 1_800_000_000_000_000_000n }) },
);
const digits = fc.bigInt({ min: 0n, max: 10n ** 25n });
const numberText = fc.oneof(
  { weight: 8, arbitrary: integer.map(String) },
  fc.constantFrom(
    "-0",
    "-0.0",
    "1.0",
    "0.1e1",
    "1e17",
    "1E+18",
    "-1.5e20",
    "1e21",
    "9007199254740993.0",
    "9007199254740993e0",
  ),
  fc.tuple(digits, digits).map(([whole, part]) => `${whole}.${part}`),
  fc.tuple(digits, fc.integer({ min: -40, max: 20 })).map(([whole, power]) => `${whole}e${power}`),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
);
const number = numberText.map((text): NumberText => ({ "#number": text }));
const text = fc.constantFrom(
  "",
  "a",
  "9007199254740993",
  ",9007199254740993,",
  '":9007199254740993',
  "\\",
  '\\"',
  "\0",
  "\u00009007199254740993",
  "é😀",
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    { weight: 4, arbitrary: number },
    text,
    fc.constantFrom<unknown>(null, true),
    tie("list"),
    tie("object"),
  ),
  list: fc.array(tie("value"), { maxLength: 4 }),
  object: fc.dictionary(
    fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom("9007199254740993", 'a"b')),
    tie("value"),
    { maxKeys: 4 },
  ),
}));

/** The spec of a Ledger with numbers of all sizes: those that mutators move, and neighbours that nothing touches. */
export const anySpec = fc.record({
  entries: fc.array(fc.record({ name: fc.constantFrom("a", "b", "c", "d"), nanos: number, more: value }), {
    minLength: 1,
    maxLength: 4,
  }),
  nanos: number,
  neighbour: number,
  more: value,
});

/** Writes such a value as JSON, with numbers as their texts. */
export function specText(spec: unknown): string {
  if (Array.isArray(spec)) return `[${spec.map(specText).join(",")}]`;
  if (typeof spec !== "object" || spec === null) return JSON.stringify(spec);
  if ("#number" in spec) return String(spec["#number"]);
  const members = Object.entries(spec).filter(([, member]) => member !== undefined);
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${specText(member)}`).join(",")}}`;
}
