import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { kubectlTags } from "../../../src/cli/manifests/kubectlTags.ts";

const read = (text: string): unknown => parse(text, { version: "1.1", customTags: kubectlTags });

/** Expected values are those that goyaml.v2 (`resolve.go` in sigs.k8s.io/yaml) gives. */
describe("kubectlTags", () => {
  it.each<[text: string, value: unknown]>([
    ["yes", true],
    ["Yes", true],
    ["y", true],
    ["on", true],
    ["off", false],
    ["NO", false],
    ["n", false],
    ["True", true],
    ["tRue", "tRue"],
    ["~", null],
    ["Null", null],
    ["nil", "nil"],
    ["0777", 511],
    ["0o17", 15],
    ["0644", 420],
    ["08", 8],
    ["0x1F", 31],
    ["0b101", 5],
    ["-0b11", -3],
    ["1_000", 1000],
    ["+7", 7],
    ["-7", -7],
    ["0", 0],
    ["1.5", 1.5],
    ["1.", 1],
    [".5", 0.5],
    ["-.5", -0.5],
    ["1e3", 1000],
    ["1E-2", 0.01],
    ["1_0.5", 10.5],
    ["12:30", "12:30"],
    ["190:20:30.15", "190:20:30.15"],
    ["2001-01-01", "2001-01-01"],
    ["2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"],
    [".", "."],
    ["..", ".."],
    ["-", [null]],
    ["+", "+"],
    ["e5", "e5"],
    ["1e", "1e"],
    ["1e999", "1e999"],
    ["1.2.3", "1.2.3"],
    ["0x", "0x"],
    ["0xfg", "0xfg"],
    ["10m", "10m"],
    ["1Gi", "1Gi"],
    ["._5", "._5"],
    ["'1'", "1"],
    ['"yes"', "yes"],
    ["!!str 1", "1"],
    ["!!int '7'", 7],
    ["!!float 7", 7],
    ["!!binary aGk=", "hi"],
  ])("reads %s as kubectl does", (text, value) => {
    expect(read(text)).toStrictEqual(value);
  });

  it.each([".inf", "-.Inf", "+.INF", ".nan", ".NaN"])("refuses %s, which JSON does not have", (text) => {
    expect(() => read(text)).toThrow(`${text} is a number that JSON does not have`);
  });

  it("reads keys in the same way and turns them into strings", () => {
    expect(read("{yes: a, 0777: b, 1.5: c, 12:30: d}")).toEqual({ true: "a", "511": "b", "1.5": "c", "12:30": "d" });
  });
});
