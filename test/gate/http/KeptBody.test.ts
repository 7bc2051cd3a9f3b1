import { describe, expect, it } from "vitest";
import { BodyIntake } from "../../../src/gate/http/BodyIntake.ts";
import { CompleteBody, KeptBody } from "../../../src/gate/http/KeptBody.ts";
import type { ChunkBuffer } from "../../../src/gate/http/readChunks.ts";
import { PEEK_BYTES } from "../../../src/protocol/review/peekReview.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

it("holds little more than its size for a body in chunks of one byte", () => {
  const held: number[] = [];
  const kept = new KeptBody({ grow: (bytes) => held.push(bytes) > 0, leave: () => undefined }, undefined, 1_000_000);
  for (let count = 0; count < 100_000; count += 1) kept.add(Uint8Array.of(65));
  expect(kept.body()).toMatchObject({ whole: true, bytes: 100_000, text: "A".repeat(100_000) });
  expect(held.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(100_000 + 64 * 1024);
});

it("keeps the one chunk of an announced body as it is", () => {
  const kept = new KeptBody(
    new BodyIntake(100).enter(() => undefined),
    3,
    100,
  );
  const chunk = bytesOf("abc");
  kept.add(chunk);
  expect(kept.body()).toMatchObject({ data: [chunk] });
});

it("keeps only the beginning of a body over the limit, and holds no bytes of it", () => {
  let left = 0;
  const kept = new KeptBody({ grow: () => true, leave: () => (left += 1) }, undefined, 10_000);
  for (let count = 0; count < 20; count += 1) expect(kept.add(bytesOf("x".repeat(1_000)))).toBe(true);
  expect(kept.body()).toEqual({ whole: false, beginning: "x".repeat(PEEK_BYTES), over: "bodyBytes" });
  expect(left).toBe(1);
});

it("takes no chunk once it is dropped", () => {
  const kept = new KeptBody(
    new BodyIntake(100).enter(() => undefined),
    undefined,
    100,
  );
  kept.drop();
  expect(kept.add(bytesOf("a"))).toBe(false);
});

it.each<[what: string, body: CompleteBody]>([
  ["a text", new CompleteBody(`${"ä".repeat(5_000)}`, 10_000)],
  ["bytes", new CompleteBody([bytesOf("ä".repeat(5_000))], 10_000)],
])("tooCostly has the beginning of %s", (_, body) => {
  const costly = body.tooCostly();
  expect(costly).toMatchObject({ whole: false, over: "callBytes" });
  expect(costly.whole ? "" : costly.beginning).toMatch(/^ä{2048,4096}$/);
});

describe("a chunk that the runtime is done with", () => {
  const place = { grow: () => true, leave: () => undefined };
  const shared = new Uint8Array(new ArrayBuffer(20), 0, 10);
  it.each<[string, Uint8Array, number | undefined, number, ChunkBuffer | undefined, number]>([
    ["is freed once it is copied", new Uint8Array(10), undefined, 100, "done", 0],
    ["is kept where it is the whole body", new Uint8Array(10), 10, 100, "done", 10],
    ["is freed where the body is over the limit", new Uint8Array(10), undefined, 5, "done", 0],
    ["stays where its buffer has other bytes", shared, undefined, 100, "done", 10],
    ["stays where the runtime may use it", new Uint8Array(10), undefined, 100, undefined, 10],
  ])("%s", (_title, chunk, announced, limit, buffer, left) => {
    const kept = new KeptBody(place, announced, limit);
    expect(kept.add(chunk, buffer)).toBe(true);
    expect(chunk.byteLength).toBe(left);
  });

  it("is copied where the reader reads into its buffer again", () => {
    const kept = new KeptBody(place, 3, 100);
    const chunk = bytesOf("abc");
    kept.add(chunk, "reads");
    chunk.fill(0);
    expect(kept.body()).toMatchObject({ text: "abc" });
  });

  it("is freed after the body was dropped", () => {
    const kept = new KeptBody(place, undefined, 100);
    const chunk = new Uint8Array(10);
    kept.drop();
    expect(kept.add(chunk, "done")).toBe(false);
    expect(chunk.byteLength).toBe(0);
  });
});
