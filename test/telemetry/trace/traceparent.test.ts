import { describe, expect, it } from "vitest";
import { formatTraceparent, parseTraceparent } from "../../../src/telemetry/trace/traceparent.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

describe("parseTraceparent", () => {
  it.each([
    ["a sampled span", `00-${TRACE}-${SPAN}-01`, true],
    ["a span that is not sampled", `00-${TRACE}-${SPAN}-00`, false],
    ["flags that are not known", `00-${TRACE}-${SPAN}-ff`, true],
    ["flags without the sampled one", `00-${TRACE}-${SPAN}-fe`, false],
    ["a later version", `01-${TRACE}-${SPAN}-01`, true],
    ["more fields of a later version", `cc-${TRACE}-${SPAN}-01-what-the-future-holds`, true],
  ])("reads %s", (_, header, isSampled) => {
    expect(parseTraceparent(header)).toEqual({ traceId: TRACE, spanId: SPAN, isSampled });
  });

  it.each<[string, string | null]>([
    ["no header", null],
    ["an empty header", ""],
    ["the version ff", `ff-${TRACE}-${SPAN}-01`],
    ["more fields in version 00", `00-${TRACE}-${SPAN}-01-more`],
    ["a trailing hyphen in version 00", `00-${TRACE}-${SPAN}-01-`],
    ["a later version with letters behind the flags", `01-${TRACE}-${SPAN}-01x`],
    ["a trace id of zeros", `00-${"0".repeat(32)}-${SPAN}-01`],
    ["a span id of zeros", `00-${TRACE}-${"0".repeat(16)}-01`],
    ["upper case", `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ["a short trace id", `00-${TRACE.slice(1)}-${SPAN}-01`],
    ["a long span id", `00-${TRACE}-${SPAN}0-01`],
    ["flags of one digit", `00-${TRACE}-${SPAN}-1`],
    ["letters that are not hex", `00-${TRACE}-${"g".repeat(16)}-01`],
    ["spaces around", ` 00-${TRACE}-${SPAN}-01`],
    ["two headers, joined", `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`],
    ["a line end", `00-${TRACE}-${SPAN}-01\n`],
    ["a long text", "0".repeat(100_000)],
  ])("refuses %s", (_, header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  });
});

it.each([true, false])("formatTraceparent writes what parseTraceparent reads, sampled: %s", (isSampled) => {
  const context = { traceId: TRACE, spanId: SPAN, isSampled };
  expect(parseTraceparent(formatTraceparent(context))).toEqual(context);
});
