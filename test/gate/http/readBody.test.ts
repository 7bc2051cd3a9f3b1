import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { announcedLength, type Body, bodyAllowance, drainBody, readBody } from "../../../src/gate/http/readBody.ts";
import { Deadline } from "../../../src/policy/run/Deadline.ts";
import { PEEK_BYTES } from "../../../src/protocol/review/peekReview.ts";

const MEBIBYTE = 1024 * 1024;
const LIMIT = 10_000;
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

// The deadline uses these timers.
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A request with a body, and a length in its header that need not be the body's. */
const post = (body: BodyInit | null, length?: number | string): Request =>
  new Request("https://gate.example/c/local/validate", {
    method: "POST",
    headers: length === undefined ? {} : { "content-length": String(length) },
    body,
    ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
  });

/** A body of these chunks, which then ends, stays open or breaks. */
const streamed = (chunks: readonly Uint8Array[], end: "ends" | "stays open" | "breaks" = "ends") =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      if (end === "ends") controller.close();
    },
    pull(controller) {
      if (end === "breaks") controller.error(new Error("connection lost"));
    },
  });
const deadline = (): Deadline => new Deadline(1_000, () => performance.now());

it.each<[length: number | undefined, header: string | undefined]>([
  [0, "0"],
  [12, "12"],
  [999_999_999_999_999, "999999999999999"],
  [undefined, undefined],
  [undefined, "1000000000000000"],
  [undefined, ""],
  [undefined, "-1"],
  [undefined, "1.5"],
  [undefined, "1e3"],
  [undefined, "0x10"],
  [undefined, "12, 12"],
])("announcedLength is %j for the Content-Length %j", (length, header) => {
  expect(announcedLength(post("x", header))).toBe(length);
});

it.each<[allowance: number, announced: number | undefined]>([
  [LIMIT, undefined],
  [0, 0],
  [12, 12],
  [LIMIT, LIMIT],
  [PEEK_BYTES, LIMIT + 1],
])("bodyAllowance is %i bytes for an announced length of %j and a limit of 10,000", (allowance, announced) => {
  expect(bodyAllowance(announced, LIMIT)).toBe(allowance);
});

describe("readBody with a limit of 10,000 bytes", () => {
  const text = (length: number): string => "0123456789".repeat(Math.ceil(length / 10)).slice(0, length);
  const whole = (length: number): Body => ({ whole: true, text: text(length) });
  const beginning: Body = { whole: false, beginning: text(PEEK_BYTES) };
  const halves = (all: string): Uint8Array[] => [bytesOf(all.slice(0, 3_000)), bytesOf(all.slice(3_000))];

  it.each<[result: string, what: string, body: Body, request: () => Request, announced?: number]>([
    ["the whole of", "no body", whole(0), () => post(null)],
    ["the whole of", "an announced body", whole(100), () => post(text(100)), 100],
    ["the whole of", "an announced body of exactly the limit", whole(LIMIT), () => post(text(LIMIT)), LIMIT],
    ["the whole of", "a body without a length", whole(100), () => post(streamed([bytesOf(text(100))]))],
    [
      "the whole of",
      "a body of exactly the limit, without a length",
      whole(LIMIT),
      () => post(streamed(halves(text(LIMIT)))),
    ],
    [
      "the beginning of",
      "a body over the limit, without a length",
      beginning,
      () => post(streamed(halves(text(LIMIT + 1)))),
    ],
    ["the beginning of", "an announced body over the limit", beginning, () => post(text(LIMIT + 1)), LIMIT + 1],
    [
      "the beginning of",
      "a body over the limit that is announced as shorter",
      beginning,
      () => post(text(LIMIT + 1)),
      5,
    ],
    [
      "the beginning of",
      "a body in one chunk over the limit",
      beginning,
      () => post(streamed([bytesOf(text(3 * LIMIT))])),
    ],
    [
      "the whole of",
      "a body whose characters are cut between chunks",
      { whole: true, text: "ä🚀" },
      () => post(streamed([...bytesOf("ä🚀")].map((byte) => Uint8Array.of(byte)))),
    ],
    [
      "the beginning of",
      "a body with more bytes than the limit and fewer characters",
      { whole: false, beginning: "ä".repeat(PEEK_BYTES) },
      () => post(streamed([bytesOf("ä".repeat(LIMIT / 2 + 1))])),
    ],
  ])("returns %s %s", async (_result, _what, body, request, announced) => {
    expect(await readBody(request(), announced, LIMIT, deadline())).toEqual(body);
  });

  it.each<[code: string, what: string, body: () => ReadableStream<Uint8Array>, announced?: number]>([
    ["body-timeout", "a body without a length that does not end", () => streamed([bytesOf("{")], "stays open")],
    ["body-timeout", "an announced body that does not end", () => streamed([bytesOf("{")], "stays open"), 100],
    [
      "body-timeout",
      "a body over the limit that does not end",
      () => streamed([bytesOf(text(LIMIT + 1))], "stays open"),
    ],
    ["incomplete-body", "a body without a length that breaks", () => streamed([bytesOf("{")], "breaks")],
    ["incomplete-body", "an announced body that breaks", () => streamed([bytesOf("{")], "breaks"), 100],
  ])("throws %s for %s, at the deadline at the latest", async (code, _, body, announced) => {
    const startedAt = performance.now();
    const reading = readBody(post(body()), announced, LIMIT, deadline());
    const failed = expect(reading).rejects.toMatchObject({ name: "GateError", code });
    await vi.runAllTimersAsync();
    await failed;
    expect(performance.now() - startedAt).toBeLessThanOrEqual(1_000);
  });

  it.each<[reads: string, what: string, announced: number]>([
    ["whole", "an announced body of exactly the limit", LIMIT],
    ["in parts", "an announced body over the limit", LIMIT + 1],
  ])("reads %s %s", async (reads, _, announced) => {
    const request = post(text(announced));
    const readText = vi.spyOn(request, "text");
    await readBody(request, announced, LIMIT, deadline());
    expect(readText).toHaveBeenCalledTimes(reads === "whole" ? 1 : 0);
  });

  it("keeps the error of the connection as the cause of incomplete-body", async () => {
    const reading = readBody(post(streamed([], "breaks")), undefined, LIMIT, deadline());
    await expect(reading).rejects.toMatchObject({ cause: { message: "connection lost" } });
  });
});

describe("drainBody", () => {
  const read = async (): Promise<Request> => {
    const request = post("x");
    await request.text();
    return request;
  };
  it.each<[ended: boolean, what: string, request: () => Request | Promise<Request>]>([
    [true, "there is no body", () => post(null)],
    [true, "the body was read before", read],
    [true, "the body ends", () => post(streamed([bytesOf("a"), bytesOf("b")]))],
    [true, "the body has exactly 32 MiB", () => post(streamed(Array(32).fill(new Uint8Array(MEBIBYTE))))],
    [false, "the body has more than 32 MiB", () => post(streamed(Array(33).fill(new Uint8Array(MEBIBYTE))))],
    [false, "the body has not ended at the deadline", () => post(streamed([bytesOf("a")], "stays open"))],
    [false, "the connection breaks", () => post(streamed([bytesOf("a")], "breaks"))],
    [
      false,
      "another reader has the body",
      () => {
        const request = post(streamed([bytesOf("a")], "stays open"));
        request.body?.getReader();
        return request;
      },
    ],
  ])("returns %s when %s, and never throws", async (ended, _, request) => {
    const drained = drainBody(await request(), deadline());
    await vi.runAllTimersAsync();
    expect(await drained).toBe(ended);
  });

  it("reads no more than 32 MiB and one chunk of a body without an end", async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          sent += MEBIBYTE;
          controller.enqueue(new Uint8Array(MEBIBYTE));
        },
      },
      { highWaterMark: 0 },
    );
    expect(await drainBody(post(endless), deadline())).toBe(false);
    expect(sent).toBe(33 * MEBIBYTE);
  });
});
