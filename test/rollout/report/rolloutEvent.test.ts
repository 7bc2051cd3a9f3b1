import { expect, it } from "vitest";
import { rolloutEvent } from "../../../src/rollout/report/rolloutEvent.ts";

const CERTIFICATE = {
  namespace: "gates",
  name: "gate-tls",
  uid: "u",
  generation: 1,
  created: "",
  annotations: {},
  host: undefined,
  revision: 1,
  isReady: true,
  conditions: [],
};

it.each([
  ["a", 1024],
  ["é", 1024],
  ["€", 1023],
  ["😀", 1024],
])("rolloutEvent cuts a note of the character %s between characters, to %i bytes", (character, bytes) => {
  const content = { type: "Normal", reason: "RolledOut", note: character.repeat(2_000), key: "1" } as const;
  const { note } = rolloutEvent(CERTIFICATE, content, 0);
  expect(Buffer.from(String(note)).length).toBe(bytes);
  expect(String(note)).toBe(character.repeat(bytes / Buffer.from(character).length));
});
