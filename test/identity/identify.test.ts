import { describe, expect, it } from "vitest";
import { ABSENT, refused, type TierResult } from "../../src/identity/Identity.ts";
import type { ClusterTier } from "../../src/identity/IdentityTier.ts";
import { type IdentifyResult, identify } from "../../src/identity/identify.ts";
import { callWith } from "./jwt/identityHost.ts";

const accepted = (subject: string): TierResult => ({ outcome: "accepted", identity: { tier: "jwt", subject } });
const known = (subject: string): IdentifyResult => ({ ok: true, identity: { tier: "jwt", subject } });
const unknown = (reason: string): IdentifyResult => ({ ok: false, reason }) as IdentifyResult;

const CASES: [string, TierResult[], IdentifyResult][] = [
  ["no tiers", [], unknown("no-credential")],
  ["no credential", [ABSENT, ABSENT], unknown("no-credential")],
  ["the first accepts", [accepted("a"), accepted("b")], known("a")],
  ["the second accepts", [ABSENT, accepted("b")], known("b")],
  ["one refuses, the next accepts", [refused("expired"), accepted("b")], known("b")],
  ["one refuses", [ABSENT, refused("expired"), ABSENT], unknown("expired")],
  ["two refuse", [refused("expired"), refused("malformed")], unknown("expired")],
];

describe.each<[string, (result: TierResult, index: number) => ReturnType<ClusterTier["identify"]>]>([
  ["synchronous tiers", (result) => result],
  ["asynchronous tiers", (result) => Promise.resolve(result)],
  ["both, the first synchronous", (result, index) => (index % 2 === 0 ? result : Promise.resolve(result))],
  ["both, the first asynchronous", (result, index) => (index % 2 === 1 ? result : Promise.resolve(result))],
])("%s", (_, answer) => {
  it.each(CASES)("%s", async (_, results, expected) => {
    const tiers = results.map((result, index) => ({ identify: () => answer(result, index) }));
    expect(await identify(tiers, callWith(null))).toEqual(expected);
  });
});

it("is synchronous where each tier is", () => {
  for (const [, results, expected] of CASES)
    expect(
      identify(
        results.map((result) => ({ identify: () => result })),
        callWith(null),
      ),
    ).toEqual(expected);
});

it("asks no tier after the one that accepts, and each with the call", async () => {
  const call = callWith("token");
  const asked: unknown[] = [];
  const tier = (name: string, result: TierResult): ClusterTier => ({
    identify: async (given) => {
      asked.push([name, given]);
      return result;
    },
  });
  await identify([tier("a", ABSENT), tier("b", accepted("b")), tier("c", accepted("c"))], call);
  expect(asked).toEqual([
    ["a", call],
    ["b", call],
  ]);
});
