import { expect, it } from "vitest";
import { markedText, readMark } from "../../../../src/cli/render/all/markedText.ts";

const TEXT = markedText("prod-eu.1", "postern", "a: 1\nb: 2\n");

it("a marked text says of which cluster and gate it is, and whether it was changed", () => {
  expect(readMark(TEXT)).toEqual({ cluster: "prod-eu.1", gate: "postern", isUnchanged: true });
  expect(readMark(TEXT.replaceAll("\n", "\r\n"))).toEqual({ cluster: "prod-eu.1", gate: "postern", isUnchanged: true });
  for (const changed of [`${TEXT}c: 3\n`, TEXT.replace("a: 1", "a: 2"), TEXT.slice(0, -1)])
    expect(readMark(changed)?.isUnchanged).toBe(false);
});

it("other texts have no mark", () => {
  for (const text of ["", "a: 1\n", ` ${TEXT}`, `# a\n${TEXT}`, TEXT.slice(0, 80)])
    expect(readMark(text)).toBeUndefined();
});
