import fc from "fast-check";
import { expect, it } from "vitest";
import { parseInstant } from "../../src/protocol/parseInstant.ts";

it.each<[text: string, instant: string]>([
  ["2026-12-01", "2026-12-01T00:00:00.000Z"],
  ["2026-12-01T00:00Z", "2026-12-01T00:00:00.000Z"],
  ["2026-12-01T00:00:00Z", "2026-12-01T00:00:00.000Z"],
  ["2026-12-01T00:00:00+01:00", "2026-11-30T23:00:00.000Z"],
  ["2026-12-01T00:00:00-05:30", "2026-12-01T05:30:00.000Z"],
  ["2026-12-31T23:59:59Z", "2026-12-31T23:59:59.000Z"],
  ["2027-01-01T00:30:00+14:00", "2026-12-31T10:30:00.000Z"],
  ["2028-02-29", "2028-02-29T00:00:00.000Z"],
])("parseInstant reads %s as %s", (text, instant) => {
  expect(parseInstant(text)).toBe(Date.parse(instant));
});

it.each<[what: string, value: unknown]>([
  ["a time without a zone", "2026-12-01T09:00:00"],
  ["a day that the month does not have", "2026-02-30"],
  ["the 29th of February of another year", "2027-02-29"],
  ["a month that no year has", "2026-13-01"],
  ["the hour 24", "2026-12-01T24:00:00Z"],
  ["the minute 60", "2026-12-01T09:60:00Z"],
  ["a second 60", "2026-12-01T09:00:60Z"],
  ["an offset of a day", "2026-12-01T09:00:00+24:00"],
  ["a zone by name", "2026-12-01T09:00:00 CET"],
  ["a blank for the T", "2026-12-01 09:00:00Z"],
  ["another order", "01.12.2026"],
  ["words", "tomorrow"],
  ["text behind it", "2026-12-01 or so"],
  ["an empty text", ""],
  ["a number", 1764547200000],
  ["a Date", new Date(0)],
  ["nothing", undefined],
])("parseInstant does not read %s", (_what, value) => {
  expect(parseInstant(value)).toBeUndefined();
});

it("parseInstant reads every time that toISOString writes, without its milliseconds", () => {
  fc.assert(
    fc.property(fc.date({ min: new Date("1970-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }), (date) => {
      const text = `${date.toISOString().slice(0, 19)}Z`;
      expect(parseInstant(text)).toBe(Math.floor(date.getTime() / 1000) * 1000);
    }),
  );
});
