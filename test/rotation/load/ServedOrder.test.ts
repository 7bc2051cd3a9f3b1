import { expect, it } from "vitest";
import { ServedOrder } from "./ServedOrder.ts";

function order(placed: number, seen: number): ServedOrder {
  const it = new ServedOrder();
  for (let index = 0; index <= placed; index += 1) it.place(index, `S${index}`);
  it.judge(`S${seen}`, 0);
  return it;
}

it.each([
  ["the current certificate", { placed: 3, seen: 3, serial: "S3" }, 3],
  ["the certificate that was just placed", { placed: 4, seen: 3, serial: "S4" }, 4],
  ["the previous certificate before the new one was seen", { placed: 4, seen: 3, serial: "S3" }, 3],
  ["the previous certificate after the new one was seen", { placed: 4, seen: 4, serial: "S3" }, undefined],
  ["an older certificate", { placed: 4, seen: 3, serial: "S2" }, undefined],
  ["a certificate that was never placed", { placed: 4, seen: 4, serial: "S5" }, undefined],
  ["a handshake without a certificate", { placed: 4, seen: 4, serial: "none" }, undefined],
])("ServedOrder judges %s", (_, { placed, seen, serial }, expected) => {
  const it = order(placed, seen);
  expect(it.judge(serial, it.seen)).toBe(expected);
});

it("ServedOrder judges by the state at the start of the handshake", () => {
  const it = order(4, 3);
  const start = it.seen;
  it.judge("S4", start);
  expect(it.judge("S3", start)).toBe(3);
  expect(it.judge("S3", it.seen)).toBeUndefined();
});
