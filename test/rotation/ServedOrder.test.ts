import { expect, it } from "vitest";
import { ServedOrder } from "./ServedOrder.ts";

function order(placed: number, seen: number): ServedOrder {
  const it = new ServedOrder();
  for (let index = 0; index <= placed; index += 1) it.place(index, `S${index}`);
  it.judge(`S${seen}`, 0);
  return it;
}

it.each([
  ["the one in force", { placed: 3, seen: 3, serial: "S3" }, 3],
  ["the one that was just put in place", { placed: 4, seen: 3, serial: "S4" }, 4],
  ["the one before, until the new one was brought", { placed: 4, seen: 3, serial: "S3" }, 3],
  ["the one before, after that", { placed: 4, seen: 4, serial: "S3" }, undefined],
  ["an older one", { placed: 4, seen: 3, serial: "S2" }, undefined],
  ["one that was never put in place", { placed: 4, seen: 4, serial: "S5" }, undefined],
  ["none", { placed: 4, seen: 4, serial: "none" }, undefined],
])("judges %s", (_, { placed, seen, serial }, expected) => {
  const it = order(placed, seen);
  expect(it.judge(serial, it.seen)).toBe(expected);
});

it("goes by when the handshake began", () => {
  const it = order(4, 3);
  const began = it.seen;
  it.judge("S4", began);
  expect(it.judge("S3", began)).toBe(3);
  expect(it.judge("S3", it.seen)).toBeUndefined();
});
