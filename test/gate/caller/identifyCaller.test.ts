import { beforeAll, expect, it, vi } from "vitest";
import { capability } from "../../../src/identity/capability/capability.ts";
import { jwt } from "../../../src/identity/jwt/jwt.ts";
import { API_SERVER } from "../../fixtures/gates/identityGate.ts";
import { HOST, IdentityBed } from "../../functions/identity/IdentityBed.ts";
import { reviewCall, testGate } from "../gateCall.ts";

let bed: IdentityBed;
beforeAll(async () => {
  bed = await IdentityBed.create();
});

function started(): ReturnType<typeof testGate>["app"] {
  const { issuer, production } = bed.keys;
  const of = { issuer, keys: production };
  return testGate(
    {
      tiers: [jwt(), capability()],
      clusters: {
        production: {
          identity: [
            { tier: "jwt", ...of, subjects: [API_SERVER] },
            { tier: "capability", ...of },
          ],
        },
      },
    },
    { variables: bed.env },
  ).app;
}

/** A made-up token has a key that nobody has. */
const madeUp = (): Promise<string> => bed.forged({ kid: "made-up" });

// By counts and not by the clock: what does the same work cannot be told apart by its time.
it.each<
  [
    verifications: number,
    what: string,
    path: () => string | Promise<string>,
    token: () => string | undefined | Promise<string>,
  ]
>([
  [0, "an unknown cluster without a token", () => "/c/nowhere/validate", () => undefined],
  [0, "a known cluster without a token", () => "/c/production/validate", () => undefined],
  [0, "an unknown cluster with a made-up token", () => "/c/nowhere/validate", madeUp],
  [0, "a known cluster with a made-up token", () => "/c/production/validate", madeUp],
  [0, "/token of an unknown cluster with a made-up token", () => "/token/nowhere", madeUp],
  [0, "/token of a known cluster with a made-up token", () => "/token/production", madeUp],
  [
    0,
    "a made-up capability",
    async () => `/k/${await bed.capability({}, { kid: "x" })}/c/production/validate`,
    () => undefined,
  ],
  [
    0,
    "an unknown cluster with a right capability",
    async () => `/k/${await bed.capability()}/c/nowhere/validate`,
    () => undefined,
  ],
  // Only who has seen a token of the cluster knows its kid.
  [1, "a known cluster with a wrong signature by its kid", () => "/c/production/validate", () => bed.forged({})],
])(
  "identifyCaller makes %d verifications for %s, and imports no key for a made-up token",
  async (count, _, path, token) => {
    const app = started();
    const request = reviewCall(await path());
    const given = await token();
    if (given !== undefined) request.headers.set("authorization", `Bearer ${given}`);
    const verify = vi.spyOn(crypto.subtle, "verify");
    const importKey = vi.spyOn(crypto.subtle, "importKey");
    const { status } = await app.fetch(new Request(request.url.replace("gate.example", HOST), request));
    expect({ status, verifications: verify.mock.calls.length, imports: importKey.mock.calls.length }).toEqual({
      status: 401,
      verifications: count,
      imports: count,
    });
    expect(request.bodyUsed).toBe(false);
  },
);

it("identifyCaller verifies a token once", async () => {
  const app = started();
  const call = async (token: string): Promise<number> => {
    const request = new Request(`https://${HOST}/c/production/validate`, reviewCall("/"));
    request.headers.set("authorization", `Bearer ${token}`);
    return (await app.fetch(request)).status;
  };
  const token = await bed.token();
  const verify = vi.spyOn(crypto.subtle, "verify");
  expect([await call(token), await call(token), await call(token)]).toEqual([200, 200, 200]);
  expect(verify).toHaveBeenCalledTimes(1);
});
