import { expect, it } from "vitest";
import { writtenBase } from "../../../src/sync/target/writtenBase.ts";

const HASH = "3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0";

it.each([
  ["https://gate.example.com", "https://gate.example.com"],
  ["https://gate.example.com/hooks", "https://gate.example.com/hooks"],
  ["https://gate.example.com/k/token", `https://gate.example.com/k/sha256-${HASH}`],
  ["https://gate.example.com/hooks/k/token", `https://gate.example.com/hooks/k/sha256-${HASH}`],
  [`https://gate.example.com/k/sha256-${HASH}`, `https://gate.example.com/k/sha256-${HASH}`],
])("writtenBase of %s", (base, written) => {
  expect(writtenBase(base)).toBe(written);
});
