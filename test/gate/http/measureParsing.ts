import { readFileSync } from "node:fs";
import { mostParseCost, parseCost } from "../../../src/gate/http/parseCost.ts";

// Prints, for texts of many shapes, the heap that text and parsed value take beside the estimates of it. Run it with --expose-gc.

const BYTES = 512 * 1024;
const pod = readFileSync(
  new URL("../../fixtures/reviews/validate-v1-create-pods-1.json", import.meta.url),
  "utf8",
).trim();

const repeat = (part: (index: number) => string, bytes = BYTES): string => {
  const parts: string[] = [];
  for (let length = 0; length < bytes; length += parts.at(-1)?.length ?? 1) parts.push(part(parts.length));
  return parts.join("");
};
const list = (part: (index: number) => string): string => `[${repeat(part)}0]`;
const object = (part: (index: number) => string): string => `{${repeat(part)}"x":0}`;
const name = (index: number): string => `z${index.toString(36)}`;
const members = (from: number, count: number, value: string): string =>
  Array.from({ length: count }, (_, index) => `"${name(from + index)}":${value}`).join();

const shapes: Readonly<Record<string, string | Buffer>> = {
  "empty objects": list(() => "{},"),
  "empty lists": list(() => "[],"),
  "lists of one": list(() => "[0],"),
  "lists in lists": list(() => "[[]],"),
  "objects in lists": list(() => "[{}],"),
  "lists of a fraction": list(() => "[1.5],"),
  "one member": list(() => '{"a":0},'),
  "one member without a name": list(() => '{"":{}},'),
  "an index as name": list(() => '{"32":0},'),
  "an index as name, with blanks": list(() => '{"32" :0},'),
  "an index as name, escaped": list(() => '{"\\u00332":0},'),
  "index 0": list(() => '{"0":0},'),
  "index 9999": list(() => '{"9999":0},'),
  "index 9 with an object": list(() => '{"9":{}},'),
  "two indexes": list(() => '{"0":0,"100":0},'),
  "40 indexes": list(() => `{${Array.from({ length: 40 }, (_, index) => `"${index * 9}":0`).join()}},`),
  "a name of its own in each object": list((index) => `{"${name(index)}":0},`),
  "a name of its own with an object": list((index) => `{"${name(index)}":{}},`),
  "5 names of their own": list((index) => `{${members(index * 5, 5, "{}")}},`),
  "100 names of their own": list((index) => `{${members(index * 100, 100, "{}")}},`),
  "20 names that all have and one that none has": list((index) => `{${members(0, 20, "0")},"a${name(index)}":0},`),
  "one object": object((index) => `"${name(index)}":0,`),
  "one object of objects": object((index) => `"${name(index)}":{},`),
  "one object of lists": object((index) => `"${name(index)}":[],`),
  "one object of large numbers": object((index) => `"${name(index)}":9e9,`),
  "one object of far indexes": object((index) => `"${(index * 997) % 4294967291}":{},`),
  "short strings": list((index) => `"${name(index)}",`),
  "empty strings": list(() => '"",'),
  fractions: list(() => "1.5,"),
  "fractions and objects": list(() => "1.5,{},"),
  "large numbers after an object": `[{},${repeat(() => "9e9,")}0]`,
  nulls: list(() => "null,"),
  "escaped characters": list(() => '"\\u4e00",'),
  "two bytes for each character": `["中",${repeat((index) => `"${name(index)}",`)}0]`,
  "a string of bytes that are not UTF-8": Buffer.from(`{"a":"${"\xff".repeat(BYTES)}"}`, "latin1"),
  "strings of bytes that are not UTF-8": Buffer.from(
    list(() => '"\xff\xff\xff\xff",'),
    "latin1",
  ),
  "a string with an escape of two bytes": `{"a":"${"x".repeat(BYTES)}\\u4e00"}`,
  "strings with an escape of two bytes": list(() => `"${"x".repeat(100)}\\u4e00",`),
  "nested lists": "[".repeat(BYTES / 2) + "]".repeat(BYTES / 2),
  "nested objects": `${'{"a":'.repeat(BYTES / 6)}0${"}".repeat(BYTES / 6)}`,
  "the same name again": list(() => '{"a":0,"a":{}},'),
  "long integers": list((index) => `${9e15 + index}123,`),
  Pods: list(() => `${pod},`),
};

const heap = (): number => {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

/** A whole text, not a rope of parts. */
const flat = (text: string | Buffer): string => new TextDecoder().decode(Buffer.from(text));

JSON.parse(list(() => "{},"));
const measured = Object.entries(shapes).map(([shape, parts]) => {
  const bytes = Buffer.byteLength(parts);
  const before = heap();
  const text = flat(parts);
  const kept: unknown[] = [text, JSON.parse(text)];
  const taken = heap() - before;
  return { name: shape, heap: taken, cost: parseCost(text, bytes), most: mostParseCost(bytes), kept: kept.length };
});
process.stdout.write(JSON.stringify(measured));
