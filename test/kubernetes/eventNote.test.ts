import { expect, it } from "vitest";
import { eventNote } from "../../src/kubernetes/eventNote.ts";

it.each([
  ["a", 1024],
  ["é", 1024],
  ["€", 1023],
  ["😀", 1024],
])("eventNote cuts a text of the character %s between characters, to %i bytes", (character, bytes) => {
  expect(eventNote(character.repeat(2_000))).toBe(character.repeat(bytes / Buffer.from(character).length));
});

it("eventNote keeps a short text", () => {
  expect(eventNote("é is here")).toBe("é is here");
});
