import fc from "fast-check";
import { readReview, reviewNames } from "../../fixtures/readReview.ts";

/** Values that no member of an envelope, or only a few, may have. Texts are at the limits, in code units and code points. */
const STRANGE: readonly unknown[] = [
  ...[null, true, false, 0, 1.5, "", "v1", "CREATE", "x".repeat(1024), "x".repeat(1025), "😀".repeat(1024)],
  ...["😀".repeat(1025), `${"😀".repeat(1023)}x`, `\ud83d${"x".repeat(1024)}`, [], {}, [[]], ["a"], ["a", 1], [null]],
  ...[{ a: null }, { a: ["b"], c: null }, { a: ["b", 2] }, { a: "b" }, { "": [] }, { constructor: ["a"], b: {} }],
  ...[{ toString: [1] }, { group: "", version: "v1", kind: "Pod" }, { group: 1 }, { a: { b: { c: [{ d: [] }] } } }],
  JSON.parse('{"__proto__":["a"]}'),
  JSON.parse('{"__proto__":5}'),
  JSON.parse('{"__proto__":{"kind":"Pod"}}'),
];
const MEMBERS = ["newField", "__proto__", "constructor", "hasOwnProperty", "kind", "uid", "extra", "0", ""];

interface Damage {
  /** Selects a place in the envelope. */
  readonly at: number;
  readonly what: "replace" | "delete" | "add";
  readonly value: unknown;
  readonly member: string;
}

const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.nat(),
  what: fc.constantFrom("replace", "replace", "delete", "add"),
  value: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...STRANGE) }, fc.jsonValue({ maxDepth: 3 })),
  member: fc.constantFrom(...MEMBERS),
});

/** Parsed JSON that is a captured review of this kind with up to three damages anywhere but in its objects. */
export function anyEnvelope(kind: "admission" | "conversion"): fc.Arbitrary<unknown> {
  const names = reviewNames.filter((name) => name.startsWith("conversion") === (kind === "conversion"));
  return fc
    .tuple(fc.constantFrom(...names), fc.array(damage, { maxLength: 3 }))
    .map(([name, damages]): unknown => damaged(JSON.parse(readReview(name)), damages));
}

/** A copy of a JSON value with the damages in it, one after the other. */
function damaged(root: unknown, damages: readonly Damage[]): unknown {
  const holder = { root };
  for (const one of damages) apply(holder, one);
  // As from the network: a member named __proto__ is an own member.
  return JSON.parse(JSON.stringify(holder.root) ?? "null");
}

function apply(holder: { root: unknown }, { at, what, value: template, member }: Damage): void {
  // Later damages change a copy.
  const value: unknown = JSON.parse(JSON.stringify(template));
  const places = placesIn(holder, "root");
  const place = places[at % places.length];
  if (place === undefined) return;
  const { parent, key } = place;
  const target: unknown = Reflect.get(parent, key);
  if (what === "delete" && Array.isArray(parent)) parent.splice(Number(key), 1);
  else if (what === "delete" && parent !== holder) Reflect.deleteProperty(parent, key);
  else if (what === "add" && Array.isArray(target)) target.push(value);
  else if (what === "add" && typeof target === "object" && target !== null) set(target, member, value);
  else set(parent, key, value);
}

function set(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Every place of a JSON value, but not those within the members that the schemas accept unseen. */
function placesIn(parent: object, key: string): { parent: object; key: string }[] {
  const value: unknown = Reflect.get(parent, key);
  const isUnseen = key === "object" || key === "oldObject" || (/^\d+$/.test(key) && typeof value === "object");
  if (typeof value !== "object" || value === null || isUnseen) return [{ parent, key }];
  return [{ parent, key }, ...Object.keys(value).flatMap((member) => placesIn(value, member))];
}
