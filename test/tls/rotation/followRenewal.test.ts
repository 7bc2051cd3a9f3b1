import { describe, expect, it } from "vitest";
import {
  followRenewal,
  RENEWAL_WINDOW_MS,
  type RenewalMemory,
  type RenewalSighting,
} from "../../../src/tls/rotation/followRenewal.ts";

/** The result of each read. A read is given as minute, content and hash. */
function follow(
  ...reads: readonly (readonly [minute: number, content: string, hash: string | undefined])[]
): boolean[] {
  let memory: RenewalMemory | undefined;
  return reads.map(([minute, content, hash]) => {
    const sighting: RenewalSighting = { content, hash, now: minute * 60_000 };
    const followed = followRenewal(memory, sighting);
    memory = followed.memory;
    return followed.renewing;
  });
}

describe("followRenewal with a word in the file", () => {
  it.each([
    ["true", true],
    ["True\n", true],
    ["false", false],
    ["", false],
  ])("reads %j as renewing: %s", (content, renewing) => expect(follow([0, content, "a"])).toEqual([renewing]));
});

describe("followRenewal with a revision in the file", () => {
  it("takes the first revision as that of the loaded certificate", () =>
    expect(follow([0, "1", "a"], [1, "1", "a"])).toEqual([false, false]));

  it("reports a renewal from a new revision until its certificate arrives", () =>
    expect(follow([0, "1", "a"], [1, "2", "a"], [2, "2", "a"], [3, "2", "b"], [4, "2", "b"])).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]));

  it("accepts a revision that arrives after its certificate", () =>
    expect(follow([0, "1", "a"], [1, "1", "b"], [2, "2", "b"], [3, "2", "b"])).toEqual([false, false, false, false]));

  it("matches a changed certificate with one revision only", () =>
    expect(follow([0, "1", "a"], [1, "1", "b"], [2, "2", "b"], [3, "3", "b"])).toEqual([false, false, false, true]));

  it("reports a renewal while the certificate cannot be read", () =>
    expect(follow([0, "1", "a"], [1, "2", undefined], [2, "2", "b"])).toEqual([false, true, false]));

  it("stops waiting for a certificate after the renewal window", () => {
    const late = 1 + RENEWAL_WINDOW_MS / 60_000 + 1;
    expect(follow([0, "1", "a"], [1, "2", "a"], [late, "2", "a"])).toEqual([false, true, false]);
  });

  it("reports no renewal when the revision appears for the first time", () =>
    expect(follow([0, "", "a"], [1, "1", "a"])).toEqual([false, false]));
});
