import { expect, it } from "vitest";
import { ownTier } from "../../../src/cli/gate/ownTier.ts";
import { IdentitySettingsError } from "../../../src/identity/IdentitySettingsError.ts";
import type { IdentityHost, IdentityTier } from "../../../src/identity/IdentityTier.ts";

/** As the class in the bundle of a gate file. */
class CopiedError extends Error {
  readonly code = "bad-identity-settings";
  readonly path = "KEYS";
}
const host: IdentityHost = {
  now: () => 0,
  log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  fetch,
  env: {},
  hasRegistration: () => false,
};

/** A tier that throws at one place. */
function throwing(place: string, error: Error): IdentityTier {
  const reached = (here: string): void => {
    if (here === place) throw error;
  };
  return {
    name: "capability",
    check: () => reached("check"),
    start: () => {
      reached("start");
      return {
        checkName: () => reached("checkName"),
        forCluster: () => {
          reached("forCluster");
          return { identify: () => ({ outcome: "accepted", identity: { tier: "none" } }) };
        },
      };
    },
  };
}

function errorOf(tier: IdentityTier): unknown {
  try {
    tier.check({});
    const started = tier.start(host);
    started.checkName?.("prod");
    started.forCluster("prod", {});
    return undefined;
  } catch (error) {
    return error;
  }
}

it.each(["check", "start", "checkName", "forCluster"])("ownTier throws errors of this process in %s", (place) => {
  const error = errorOf(ownTier(throwing(place, new CopiedError("is missing"))));
  expect(error).toBeInstanceOf(IdentitySettingsError);
  expect(error).toMatchObject({ path: "KEYS", message: "is missing" });
  const bug = new TypeError("a bug");
  expect(errorOf(ownTier(throwing(place, bug)))).toBe(bug);
});

it("ownTier is the tier itself otherwise, with or without checkName", () => {
  const tier = throwing("nowhere", new Error());
  expect(errorOf(ownTier(tier))).toBeUndefined();
  const { forCluster } = tier.start(host);
  expect(errorOf(ownTier({ ...tier, start: () => ({ forCluster }) }))).toBeUndefined();
  expect(ownTier(tier).name).toBe("capability");
});
