import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitJsonStream } from "../../../src/cli/manifests/splitJsonStream.ts";

const partsOf = (text: string) => splitJsonStream(text)?.map(({ text: part, linesAbove }) => [part, linesAbove]);

describe("splitJsonStream", () => {
  it.each<[text: string, parts: [text: string, linesAbove: number][]]>([
    [
      '{"a":1}\n{"b":2}\n',
      [
        ['{"a":1}', 0],
        ['\n{"b":2}', 0],
      ],
    ],
    [
      '\n{\n"a":{}}{"b":"}{"}\r\n\t{}',
      [
        ['\n{\n"a":{}}', 0],
        ['{"b":"}{"}', 2],
        ["\r\n\t{}", 2],
      ],
    ],
    [
      '{"a":"\\"}{"} {"b":"\\\\"}',
      [
        ['{"a":"\\"}{"}', 0],
        [' {"b":"\\\\"}', 0],
      ],
    ],
    [
      '{"a":}\n{}',
      [
        ['{"a":}', 0],
        ["\n{}", 0],
      ],
    ],
  ])("splits %j", (text, parts) => {
    expect(partsOf(text)).toEqual(parts);
  });

  it.each([
    ["an empty text", ""],
    ["one object", ' {"a": {}}\n'],
    ["an object that is not closed", '{"a": 1}\n{"b": 2'],
    ["a string that is not closed", '{"a": 1}\n{"b": "}'],
    ["an object that is closed twice", '{"a": 1}}\n{}'],
    ["a comma between objects", '{"a": 1},\n{"b": 2}'],
    ["YAML documents", '{"a": 1}\n---\n{"b": 2}\n'],
    ["flow YAML with braces in a string", "{a: '}{'}"],
  ])("is undefined for %s", (_what, text) => {
    expect(splitJsonStream(text)).toBeUndefined();
  });

  it("finds every object of a stream", () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue());
    const space = fc.constantFrom("", " ", "\n", "\r\n", "\n\n\t");
    const indent = fc.constantFrom(undefined, 2);
    fc.assert(
      fc.property(fc.array(fc.tuple(object, space, indent), { minLength: 2 }), (written) => {
        const texts = written.map(([value, before, by]) => before + JSON.stringify(value, null, by));
        expect(splitJsonStream(texts.join(""))?.map((part) => part.text)).toEqual(texts);
      }),
    );
  });
});
