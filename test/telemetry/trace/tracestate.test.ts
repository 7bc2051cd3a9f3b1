import { describe, expect, it } from "vitest";
import { parseTracestate } from "../../../src/telemetry/trace/tracestate.ts";

const members = (count: number): string => Array.from({ length: count }, (_, index) => `k${index}=v`).join(",");

describe("parseTracestate", () => {
  it.each<[string, string, string]>([
    ["one member", "rojo=00f067aa0ba902b7", "rojo=00f067aa0ba902b7"],
    ["two members, in their order", "rojo=1,congo=t61rcWkgMzE", "rojo=1,congo=t61rcWkgMzE"],
    ["spaces and tabs around members", "a=1 ,\t b=2", "a=1,b=2"],
    ["empty members", "a=1,,b=2,", "a=1,b=2"],
    ["a key of a tenant", "1t@vendor=x", "1t@vendor=x"],
    ["all characters of a key", "a_-*/9=x", "a_-*/9=x"],
    ["a value with spaces and signs", 'a=x !"#~', 'a=x !"#~'],
    ["32 members", members(32), members(32)],
    ["512 characters", `a=${"x".repeat(256)},b=${"y".repeat(251)}`, `a=${"x".repeat(256)},b=${"y".repeat(251)}`],
  ])("reads %s", (_, header, expected) => {
    expect(parseTracestate(header)).toBe(expected);
  });

  it.each<[string, string | null]>([
    ["no header", null],
    ["an empty header", ""],
    ["only commas", ",,"],
    ["33 members", members(33)],
    ["513 characters", `a=${"x".repeat(256)},b=${"y".repeat(252)}`],
    ["a key in upper case", "A=1"],
    ["a key that begins with a digit, without a tenant", "1a=1"],
    ["two signs of a tenant", "a@b@c=1"],
    ["a long name of a vendor", "a@vendorvendorven=1"],
    ["a key that occurs twice", "a=1,b=2,a=3"],
    ["no value", "a="],
    ["no key", "=1"],
    ["a text", "nothing"],
    ["an equals sign in a value", "a=b=c"],
    ["a value of 257 characters", `a=${"x".repeat(257)}`],
    ["a line end", "a=1\nb: 2"],
    ["letters that are not ASCII", "a=\u00e4"],
    ["a long text", "a".repeat(100_000)],
  ])("refuses %s", (_, header) => {
    expect(parseTracestate(header)).toBeUndefined();
  });
});
