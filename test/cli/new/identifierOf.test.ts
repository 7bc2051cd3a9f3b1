import { expect, it } from "vitest";
import { identifierOf } from "../../../src/cli/new/identifierOf.ts";

it.each([
  ["require-team", "requireTeam"],
  ["a", "a"],
  ["no-2-latest", "no2Latest"],
  ["2fa", "policy2fa"],
  ["delete", "deletePolicy"],
  ["deny", "denyPolicy"],
  ["a--b", "aB"],
  ["define-gate", "defineGatePolicy"],
])("identifierOf(%j) is %s, a name in TypeScript", (policy, identifier) => {
  expect(identifierOf(policy)).toBe(identifier);
  expect(() => new Function(`const ${identifier} = 1;`)).not.toThrow();
});

it("identifierOf takes no name that the gate has for something else", () => {
  expect(identifierOf("a-b", new Set(["aB"]))).toBe("aBPolicy");
  expect(identifierOf("a-b", new Set(["aB", "aBPolicy", "aBPolicy2"]))).toBe("aBPolicy3");
});
