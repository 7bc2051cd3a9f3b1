import type { JWK } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { placeKeys } from "../../../src/cli/enroll/placeKeys.ts";
import { type ClusterIssuer, readClusterIssuer } from "../../../src/cli/enroll/readClusterIssuer.ts";
import { TestIssuer } from "../../identity/jwt/TestIssuer.ts";

const ISSUER = "https://issuer.example.com/id/1";
const INLINE = "the keys are in the settings";

const jwks: Record<"a" | "b" | "other", JWK> = { a: {}, b: {}, other: {} };
let cluster: ClusterIssuer;
beforeAll(async () => {
  const [a, b, other] = await Promise.all(["a", "b", "a"].map((kid) => TestIssuer.create(ISSUER, "ES256", kid)));
  Object.assign(jwks, { a: a?.jwk, b: b?.jwk, other: other?.jwk });
  cluster = await issuerOf(ISSUER, jwks.a, jwks.b);
});

const issuerOf = (issuer: string, ...keys: readonly JWK[]): Promise<ClusterIssuer> =>
  readClusterIssuer({
    text: async (path) => ({ status: 200, text: JSON.stringify(path === "/openid/v1/jwks" ? { keys } : { issuer }) }),
  });

/** An issuer on the internet with these keys. Undefined: it answers 403. */
const published =
  (keys: (() => readonly JWK[]) | undefined, issuer = ISSUER): typeof fetch =>
  async (url) => {
    if (keys === undefined) return new Response("forbidden", { status: 403 });
    if (String(url) === `${ISSUER}/.well-known/openid-configuration`)
      return Response.json({ issuer, jwks_uri: `${ISSUER}/keys` });
    if (String(url) === `${ISSUER}/keys`) return Response.json({ keys: keys() });
    throw new Error(`a call of ${String(url)}`);
  };
const noCall: typeof fetch = () => Promise.reject(new Error("no call is expected"));

describe("placeKeys decides where the gate has the keys from", () => {
  it.each<
    [published: string, fetch: typeof fetch, wanted: "inline" | "discover" | undefined, place: string, note: RegExp]
  >([
    ["the same keys", published(() => [jwks.a, jwks.b]), undefined, "discover", /^the gate fetches the keys/],
    [
      "the same keys and more",
      published(() => [jwks.b, { ...jwks.other, kid: "c" }, jwks.a]),
      undefined,
      "discover",
      /^the gate/,
    ],
    [
      "the same keys without their algorithm",
      published(() => [jwks.a, jwks.b].map(({ alg: _, ...key }) => key)),
      undefined,
      "discover",
      /^the gate/,
    ],
    ["one of two keys", published(() => [jwks.a]), undefined, "inline", /publishes 1 of 2 keys .*--keys discover uses/],
    ["one of two keys", published(() => [jwks.a]), "discover", "discover", /publishes 1 of 2 keys/],
    [
      "other keys with the same kid",
      published(() => [jwks.other]),
      undefined,
      "inline",
      /^the issuer publishes other keys/,
    ],
    [
      "nothing",
      published(undefined),
      undefined,
      "inline",
      /publishes no keys for everybody: issuer\.example\.com answers 403/,
    ],
    [
      "keys as another issuer",
      published(() => [jwks.a], "https://other"),
      undefined,
      "inline",
      /document of another issuer/,
    ],
    ["an empty set", published(() => []), undefined, "inline", /has no key that can verify tokens/],
    ["what is not asked for", noCall, "inline", "inline", /^the keys are in the settings/],
  ])("for an issuer that publishes %s", async (_, fetch, wanted, place, note) => {
    const placed = await placeKeys(cluster, wanted, fetch);
    expect(placed).toMatchObject({ place, notes: expect.arrayContaining([expect.stringMatching(note)]) });
    expect(placed.settings).toEqual(
      place === "discover" ? { issuer: ISSUER } : { issuer: ISSUER, keys: { keys: [jwks.a, jwks.b] } },
    );
    expect(placed.notes.some((line) => line.startsWith(INLINE))).toBe(place === "inline");
  });

  it.each([
    ["https://kubernetes.default.svc"],
    ["https://kubernetes.default.svc.cluster.local"],
    ["https://api.corp.internal:6443"],
    ["https://localhost:6443"],
    ["kubernetes/serviceaccount"],
    ["http://issuer.example.com"],
    ["https://issuer.example.com/?x=1"],
  ])("and makes no call for %s", async (issuer) => {
    const inside = await issuerOf(issuer, jwks.a);
    expect(await placeKeys(inside, undefined, noCall)).toMatchObject({ place: "inline" });
    await expect(placeKeys(inside, "discover", noCall)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/^--keys discover: .*; use --keys inline$/),
    });
  });

  it.each<[string, typeof fetch, RegExp]>([
    ["other keys", published(() => [jwks.other]), /the issuer publishes other keys than the API server/],
    ["nothing", published(undefined), /issuer\.example\.com answers 403/],
    ["no answer", noCall, /issuer\.example\.com cannot be called/],
  ])("and refuses --keys discover for an issuer that publishes %s", async (_, fetch, message) => {
    await expect(placeKeys(cluster, "discover", fetch)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(message),
    });
  });
});
