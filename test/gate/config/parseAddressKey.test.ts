import { expect, it } from "vitest";
import { GateConfigError } from "../../../src/gate/config/GateConfigError.ts";
import { parseAddressKey } from "../../../src/gate/config/parseAddressKey.ts";

const fill = (bytes: Uint8Array): void => void bytes.fill(7);

it.each<[text: string | undefined, key: unknown]>([
  ["plain", "plain"],
  ["sixteen bytes ok", new TextEncoder().encode("sixteen bytes ok")],
  [undefined, new Uint8Array(32).fill(7)],
  ["", new Uint8Array(32).fill(7)],
])("parseAddressKey(%j) has the key", (text, key) => {
  expect(parseAddressKey(text, fill)).toEqual({ key });
});

it("parseAddressKey makes another key each time without one", () => {
  expect(parseAddressKey(undefined)).not.toEqual(parseAddressKey(undefined));
});

it("parseAddressKey refuses a short key, and does not repeat it", () => {
  const read = (): unknown => parseAddressKey("hunter2");
  expect(read).toThrow(GateConfigError);
  expect(read).toThrow(/^gate: POSTERN_ADDRESS_KEY has less than 16 bytes; expected a longer text, or plain$/);
});
