import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { GateError } from "../../../src/gate/GateError.ts";
import { BodyIntake } from "../../../src/gate/http/BodyIntake.ts";
import type { Body } from "../../../src/gate/http/KeptBody.ts";
import { drainBody, readBody } from "../../../src/gate/http/readBody.ts";
import { readChunks } from "../../../src/gate/http/readChunks.ts";
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
/** A body of single bytes without an end. */
const trickle = (everyMs: number) =>
  new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, everyMs));
      controller.enqueue(bytesOf(" "));
    },
  });
const deadline = (timeoutMs = 1_000): Deadline => new Deadline(timeoutMs, () => performance.now());
const reading = (maxBytes = MEBIBYTE) => ({ limit: LIMIT, intake: new BodyIntake(maxBytes) });
/** What is read: the text, or the beginning. */
const contentOf = (body: Body): unknown =>
  body.whole ? { whole: true, text: body.text } : { whole: false, beginning: body.beginning };

describe("readBody with a limit of 10,000 bytes", () => {
  const text = (length: number): string => "0123456789".repeat(Math.ceil(length / 10)).slice(0, length);
  const whole = (length: number): unknown => ({ whole: true, text: text(length) });
  const beginning = { whole: false, beginning: text(PEEK_BYTES) };
  const halves = (all: string): Uint8Array[] => [bytesOf(all.slice(0, 3_000)), bytesOf(all.slice(3_000))];

  it.each<[result: string, what: string, body: unknown, request: () => Request]>([
    ["the whole of", "no body", whole(0), () => post(null)],
    ["the whole of", "an announced body", whole(100), () => post(text(100), 100)],
    ["the whole of", "an announced body of exactly the limit", whole(LIMIT), () => post(text(LIMIT), LIMIT)],
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
    ["the beginning of", "an announced body over the limit", beginning, () => post(text(LIMIT + 1), LIMIT + 1)],
    [
      "the beginning of",
      "a body over the limit that is announced as shorter",
      beginning,
      () => post(text(LIMIT + 1), 5),
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
      { whole: false, beginning: "ä".repeat(PEEK_BYTES / 2) },
      () => post(streamed([bytesOf("ä".repeat(LIMIT / 2 + 1))])),
    ],
  ])("returns %s %s", async (_result, _what, body, request) => {
    expect(contentOf(await readBody(request(), reading(), deadline()))).toEqual(body);
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
    const read = readBody(post(body(), announced), reading(), deadline());
    const failed = expect(read).rejects.toMatchObject({ name: "GateError", code });
    await vi.runAllTimersAsync();
    await failed;
    expect(performance.now() - startedAt).toBeLessThanOrEqual(1_000);
  });

  it.each<[what: string, body: () => ReadableStream<Uint8Array>, announced?: number]>([
    ["a body that never begins", () => streamed([], "stays open")],
    ["a body that stops", () => streamed([bytesOf(text(1_000))], "stays open")],
    ["an announced body that never begins", () => streamed([], "stays open"), 1_000],
    ["a body over the limit that stops", () => streamed([bytesOf(text(LIMIT + 1))], "stays open")],
    ["a body of one byte a second", () => trickle(1_000)],
  ])("throws body-timeout within 5 s for %s, whatever the deadline", async (_, body, announced) => {
    const startedAt = performance.now();
    let endedAt = Number.POSITIVE_INFINITY;
    const read = readBody(post(body(), announced), reading(), deadline(29_500)).finally(() => {
      endedAt = performance.now();
    });
    const failed = expect(read).rejects.toMatchObject({ code: "body-timeout", body: "cut" });
    await vi.advanceTimersByTimeAsync(29_500);
    await failed;
    expect(endedAt - startedAt).toBeLessThanOrEqual(5_000);
  });

  it("reads a body of 10 KiB a second to its end", async () => {
    const chunk = new Uint8Array(10 * 1024).fill(32);
    let sent = 0;
    const slow = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        controller.enqueue(chunk);
        sent += 1;
        if (sent === 9) controller.close();
      },
    });
    const read = readBody(post(slow), { limit: MEBIBYTE, intake: new BodyIntake(MEBIBYTE) }, deadline(29_500));
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await read).toMatchObject({ whole: true, bytes: 9 * chunk.byteLength });
  });

  it("lets the body that is received for longest make room for one that arrives", async () => {
    const how = { limit: LIMIT, intake: new BodyIntake(45_000) };
    const codes: unknown[] = [];
    const slow = async (): Promise<void> => {
      const body = streamed([bytesOf(text(6_000))], "stays open");
      await readBody(post(body), how, deadline(29_500)).catch((error: GateError) => {
        codes.push([error.code, error.body]);
      });
    };
    const first = slow();
    const second = slow();
    await vi.advanceTimersByTimeAsync(10);
    expect(codes).toEqual([]);
    expect(contentOf(await readBody(post(text(9_000), 9_000), how, deadline()))).toEqual(whole(9_000));
    await first;
    expect(codes).toEqual([["overloaded", "cut"]]);
    await vi.advanceTimersByTimeAsync(29_500);
    await second;
    expect(codes).toEqual([
      ["overloaded", "cut"],
      ["body-timeout", "cut"],
    ]);
  });

  it.each<[reads: string, what: string, announced: number, times: number]>([
    ["in one step", "an announced body of exactly the limit", LIMIT, 1],
    ["in parts", "an announced body over the limit", LIMIT + 1, 0],
  ])("reads %s %s", async (_reads, _what, announced, times) => {
    const request = post(text(announced), announced);
    const readText = vi.spyOn(request, "text");
    await readBody(request, reading(), deadline());
    expect(readText).toHaveBeenCalledTimes(times);
  });

  it("never reads in one step where the runtime does not join chunks", async () => {
    const request = post(text(100), 100);
    const readText = vi.spyOn(request, "text");
    expect(contentOf(await readBody(request, { ...reading(), read: readChunks }, deadline()))).toEqual(whole(100));
    expect(readText).not.toHaveBeenCalled();
  });

  it.each<[header: string]>([["1000000000000000"], ["-1"], ["1.5"], ["1e3"], ["0x10"], ["12, 12"], ["x"]])(
    "reads a body with the Content-Length %j as one without",
    async (header) => {
      expect(contentOf(await readBody(post(text(100), header), reading(), deadline()))).toEqual(whole(100));
    },
  );

  it("keeps the error of the connection as the cause of incomplete-body", async () => {
    const read = readBody(post(streamed([], "breaks")), reading(), deadline());
    await expect(read).rejects.toMatchObject({ cause: { message: "connection lost" } });
  });
});

describe("drainBody", () => {
  const read = async (): Promise<Request> => {
    const request = post("x");
    await request.text();
    return request;
  };
  it.each<[ended: boolean, what: string, request: () => Request | Promise<Request>, timeoutMs?: number]>([
    [true, "there is no body", () => post(null)],
    [true, "the body was read before", read],
    [true, "the body ends", () => post(streamed([bytesOf("a"), bytesOf("b")]))],
    [true, "the body has exactly 32 MiB", () => post(streamed(Array(32).fill(new Uint8Array(MEBIBYTE))))],
    [false, "the body has more than 32 MiB", () => post(streamed(Array(33).fill(new Uint8Array(MEBIBYTE))))],
    [false, "the body has not ended at the deadline", () => post(streamed([bytesOf("a")], "stays open"))],
    [false, "the body arrives too slowly", () => post(trickle(900)), 29_500],
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
  ])("returns %s when %s, and never throws", async (ended, _, request, timeoutMs = 1_000) => {
    const drained = drainBody(await request(), deadline(timeoutMs));
    await vi.advanceTimersByTimeAsync(timeoutMs);
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
