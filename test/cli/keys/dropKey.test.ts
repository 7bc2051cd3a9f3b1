import { beforeAll, describe, expect, it } from "vitest";
import { type DropResult, dropKey } from "../../../src/cli/keys/dropKey.ts";
import { makeKey } from "../../../src/cli/keys/makeKey.ts";
import { type KeySet, rotateKeySet } from "../../../src/cli/keys/rotateKeySet.ts";
import type { CapabilityKey } from "../../../src/identity/capability/readKeySet.ts";
import {
  CapabilityBed,
  callWith,
  claimsFrom,
  DAY_MS,
  headerOf,
  issued,
  outcomeOf,
  ServiceAccountIssuer,
  START_MS,
  signed,
} from "../../identity/capability/CapabilityBed.ts";

const NOW_MS = START_MS + 3 * DAY_MS;

/** A key that only has a place in a set. */
function key(kid: string, more: Partial<CapabilityKey> = {}): CapabilityKey {
  return { kid, alg: "EdDSA", x: "x", y: undefined, d: "d", sinceMs: START_MS, untilMs: undefined, ...more };
}

function stopped(kid: string, sinceMs: number, untilMs = sinceMs + DAY_MS): CapabilityKey {
  return key(kid, { d: undefined, sinceMs, untilMs });
}

const drop = (keys: KeySet, kid: string): DropResult => dropKey(keys, { kid, nowMs: NOW_MS, fresh: key("new") });

describe("dropKey", () => {
  const added = key("new", { sinceMs: NOW_MS });
  const signs = (kid: string) => key(kid, { sinceMs: NOW_MS });
  const [last, older] = [stopped("last", START_MS), stopped("older", START_MS - DAY_MS)];
  it.each<[what: string, keys: KeySet, kid: string, left: readonly CapabilityKey[]]>([
    ["that signs: the next one signs", [key("a"), key("b")], "a", [signs("b"), added]],
    ["that is next", [key("a"), key("b")], "b", [key("a"), added]],
    ["that verifies", [key("a"), key("b"), last, older], "older", [key("a"), key("b"), last]],
    ["that the last rotation stopped", [key("a"), key("b"), last, older], "last", [key("a"), key("b"), older]],
    ["that verifies, of a set without a next key", [key("a"), last], "last", [key("a")]],
    [
      "that signs, and moves the times of the one that may still sign somewhere",
      [key("a"), key("b"), last, older],
      "a",
      [signs("b"), added, stopped("last", NOW_MS), older],
    ],
    ["that signs, of a set with two next keys", [key("a"), key("b"), key("c")], "a", [signs("b"), key("c")]],
    ["that is next, of a set with two", [key("a"), key("b"), key("c")], "b", [key("a"), key("c")]],
  ])("drops a key %s", (_, keys, kid, left) => {
    expect(drop(keys, kid)).toEqual({ outcome: "dropped", keys: left, dropped: keys.find((it) => it.kid === kid) });
  });

  it.each<[what: string, keys: KeySet, kid: string, outcome: string]>([
    ["the only key", [key("a")], "a", "last"],
    ["the only key with a private part", [key("a"), last, older], "a", "last"],
    ["a key that the set does not have", [key("a"), key("b")], "c", "unknown"],
    ["the beginning of an id", [key("ab"), key("b")], "a", "unknown"],
    ["an empty id", [key("a"), key("b")], "", "unknown"],
  ])("does not drop %s", (_, keys, kid, outcome) => {
    expect(drop(keys, kid)).toEqual({ outcome });
  });

  it("drops no key of a full set twice, and leaves at most 8", () => {
    const old = Array.from({ length: 6 }, (_, index) => stopped(`old${index}`, START_MS - index * DAY_MS));
    const result = drop([key("a"), key("b"), ...old], "a");
    expect(result).toMatchObject({ outcome: "dropped", keys: { length: 8 } });
  });
});

describe("a signing key that leaked", () => {
  let issuer: ServiceAccountIssuer;
  let leaked: CapabilityKey;
  let next: CapabilityKey;
  beforeAll(async () => {
    issuer = await ServiceAccountIssuer.create();
    [leaked, next] = [await makeKey("EdDSA", START_MS), await makeKey("EdDSA", START_MS)];
  });

  /** What an instance with the set says of a capability that the thief signs now. */
  async function forged(keys: KeySet, nowMs: number): Promise<string> {
    const bed = await CapabilityBed.start(keys);
    bed.nowMs = nowMs;
    const iat = Math.floor(nowMs / 1_000);
    const token = await signed(leaked, headerOf(leaked), claimsFrom({ iat, exp: iat + 30 * 86_400 }));
    return outcomeOf(bed.cluster("production", issuer).identify(callWith(token)));
  }

  it("is refused when it is dropped, and the next key issues", async () => {
    const before: KeySet = [leaked, next];
    expect(await forged(before, NOW_MS)).toBe("accepted");
    const result = dropKey(before, { kid: leaked.kid, nowMs: NOW_MS, fresh: await makeKey("EdDSA", NOW_MS) });
    if (result.outcome !== "dropped") throw new Error(result.outcome);
    expect(await forged(result.keys, NOW_MS)).toBe("unknown-key");
    const bed = await CapabilityBed.start(result.keys);
    const tier = bed.cluster("production", issuer);
    const { token } = await issued(tier, issuer);
    expect(await outcomeOf(tier.identify(callWith(token)))).toBe("accepted");
    // An instance that does not have the new set knows the key that signs now.
    const old = await CapabilityBed.start(before);
    expect(await outcomeOf(old.cluster("production", issuer).identify(callWith(token)))).toBe("accepted");
  });

  it("is refused after two rotations for what it signs later", async () => {
    let keys: KeySet = [leaked, next];
    let nowMs = START_MS;
    const results: string[] = [];
    for (const _ of [1, 2]) {
      nowMs += DAY_MS;
      const fresh = await makeKey("EdDSA", nowMs);
      const lives = { lifeMs: DAY_MS, graceMs: DAY_MS };
      const result = rotateKeySet(keys, { nowMs, ...lives, fresh, isDeployed: false });
      if (!("keys" in result)) throw new Error(result.outcome);
      keys = result.keys;
      results.push(await forged(keys, nowMs + DAY_MS));
    }
    expect(results).toEqual(["accepted", "unknown-key"]);
  });
});
