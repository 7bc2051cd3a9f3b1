import { expect, it } from "vitest";
import { type Skew, skewOf } from "../../../src/doctor/skew/skewOf.ts";

it.each<[version: string, own: string, direction: Skew["direction"], isCovered: boolean]>([
  ["0.2.0", "0.2.0", "same", true],
  ["0.2.0", "0.2.7", "same", true],
  ["0.2.0-rc.1", "0.2.0", "same", true],
  ["0.2.0+build.5", "0.2.1", "same", true],
  ["0.1.9", "0.2.0", "behind", true],
  ["0.1.9", "0.3.0", "behind", false],
  ["0.3.0", "0.2.9", "ahead", true],
  ["0.10.0", "0.9.0", "ahead", true],
  ["0.10.0", "0.2.0", "ahead", false],
  ["0.9.0", "1.0.0", "behind", true],
  ["0.9.0", "1.1.0", "behind", false],
  ["2.0.0", "1.9.0", "ahead", true],
  ["2.1.0", "1.9.0", "ahead", false],
  ["3.0.0", "1.9.0", "ahead", false],
  ["1.9.0", "3.0.0", "behind", false],
])("version %s is, for %s, %s; covered: %s", (version, own, direction, isCovered) => {
  expect(skewOf(version, own)).toEqual({ direction, isCovered });
});

it.each(["", "latest", "v1.2.3", "1.2", "1.2.3.4", "9999999.0.0", "1.2.3 ", "-1.0.0"])(
  "the text %j is no version",
  (text) => {
    expect([skewOf(text, "1.0.0"), skewOf("1.0.0", text)]).toEqual([undefined, undefined]);
  },
);
