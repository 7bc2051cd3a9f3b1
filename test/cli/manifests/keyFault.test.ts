import { expect, it } from "vitest";
import { parseDocument } from "yaml";
import { keyFault } from "../../../src/cli/manifests/keyFault.ts";

it.each<[text: string, offset: number | undefined]>([
  ["a: {b: [c]}", undefined],
  ["1: a\ntrue: b\n'': c\n1.5: d", undefined],
  ["'{{ .a }}': b", undefined],
  ["- a\n- ~", undefined],
  ["a: {{ .b }}", 4],
  ["a:\n- ? [b]\n  : c", 7],
  ["~: a", 0],
  ["a: &x {b: c}\n? *x\n: d", 15],
  ["a: &x b\n? *x\n: d", undefined],
])("keyFault of %j has the expected offset", (text, offset) => {
  expect(keyFault(parseDocument(text, { prettyErrors: false }))?.offset).toBe(offset);
});
