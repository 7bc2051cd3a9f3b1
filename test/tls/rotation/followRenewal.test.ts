import { describe, expect, it } from "vitest";
import {
  followRenewal,
  RENEWAL_WINDOW,
  type RenewalMemory,
  type RenewalSighting,
} from "../../../src/tls/rotation/followRenewal.ts";

/** What is said at each look: minute, content, hash. */
function follow(
  ...looks: readonly (readonly [minute: number, content: string, hash: string | undefined])[]
): boolean[] {
  let memory: RenewalMemory | undefined;
  return looks.map(([minute, content, hash]) => {
    const sighting: RenewalSighting = { content, hash, now: minute * 60_000 };
    const followed = followRenewal(memory, sighting);
    memory = followed.memory;
    return followed.renewing;
  });
}

describe("a word", () => {
  it.each([
    ["true", true],
    ["True\n", true],
    ["false", false],
    ["", false],
  ])("%j", (content, renewing) => expect(follow([0, content, "a"])).toEqual([renewing]));
});

describe("a revision", () => {
  it("of the start is that of what was loaded", () =>
    expect(follow([0, "1", "a"], [1, "1", "a"])).toEqual([false, false]));

  it("that is new says that a certificate is on its way, until it is there", () =>
    expect(follow([0, "1", "a"], [1, "2", "a"], [2, "2", "a"], [3, "2", "b"], [4, "2", "b"])).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]));

  it("may come after its certificate", () =>
    expect(follow([0, "1", "a"], [1, "1", "b"], [2, "2", "b"], [3, "2", "b"])).toEqual([false, false, false, false]));

  it("goes with one certificate alone", () =>
    expect(follow([0, "1", "a"], [1, "1", "b"], [2, "2", "b"], [3, "3", "b"])).toEqual([false, false, false, true]));

  it("is on its way through a certificate that cannot be read", () =>
    expect(follow([0, "1", "a"], [1, "2", undefined], [2, "2", "b"])).toEqual([false, true, false]));

  it("whose certificate does not come is no longer waited for", () => {
    const late = 1 + RENEWAL_WINDOW / 60_000 + 1;
    expect(follow([0, "1", "a"], [1, "2", "a"], [late, "2", "a"])).toEqual([false, true, false]);
  });

  it("that appears for the first time says nothing", () =>
    expect(follow([0, "", "a"], [1, "1", "a"])).toEqual([false, false]));
});
