import { exportJWK, generateKeyPair } from "jose";
import { describe, expect, it } from "vitest";
import { jwt } from "../../../../src/identity/jwt/jwt.ts";
import { KeySources } from "../../../../src/identity/jwt/keys/KeySources.ts";
import { readTokenIssuer } from "../../../../src/identity/jwt/readTokenIssuer.ts";
import { CALLED_URL, callWith, identityHost, START } from "../identityHost.ts";
import { TestIssuer } from "../TestIssuer.ts";

const ISSUER = "https://issuer.example.com";

describe("sources", () => {
  it("are shared by clusters with the same issuer and jwksUrl", async () => {
    const sources = new KeySources(identityHost());
    const of = (settings: Record<string, unknown>) => sources.of(readTokenIssuer(settings));
    const discovered = of({ issuer: ISSUER });
    const fetched = of({ issuer: ISSUER, jwksUrl: "https://keys.example.com" });
    expect(of({ issuer: ISSUER })).toBe(discovered);
    expect(of({ issuer: ISSUER, jwksUrl: "https://keys.example.com/" })).toBe(fetched);
    expect(fetched).not.toBe(discovered);
    expect(of({ issuer: `${ISSUER}/` })).not.toBe(discovered);
    const { publicKey } = await generateKeyPair("ES256");
    const inline = { issuer: ISSUER, keys: { keys: [{ ...(await exportJWK(publicKey)), kid: "a" }] } };
    expect(of(inline)).not.toBe(of(inline));
  });

  it("are not shared any more by those that come 4,096 issuers later", () => {
    const sources = new KeySources(identityHost());
    const of = (name: string) => sources.of(readTokenIssuer({ issuer: `https://${name}.example.com` }));
    const first = of("first");
    for (let index = 0; index < 4_095; index += 1) of(`other-${index}`);
    expect(of("first")).toBe(first);
    of("one-more");
    expect(of("first")).not.toBe(first);
  });
});

describe("the tier jwt with fetched keys", () => {
  const SETTINGS = { tier: "jwt", issuer: ISSUER, jwksUrl: `${ISSUER}/jwks`, subjects: ["cluster"] };
  const CLAIMS = { sub: "cluster", aud: CALLED_URL, exp: START / 1000 + 7200 };
  const ACCEPTED = { outcome: "accepted", identity: { tier: "jwt", subject: "cluster" } };

  it("follows a rollover without a refused call, and refuses a withdrawn key", async () => {
    const before = await TestIssuer.create(ISSUER, "ES256", "before");
    const after = await TestIssuer.create(ISSUER, "ES256", "after");
    let published = [before.jwk];
    let fetches = 0;
    const host = identityHost({
      fetch: async () => {
        fetches += 1;
        return Response.json({ keys: published });
      },
    });
    const started = jwt().start(host);
    const [a, b] = [started.forCluster("a", SETTINGS), started.forCluster("b", SETTINGS)];
    const old = callWith(await before.sign(CLAIMS));
    expect(await a.identify(old)).toEqual(ACCEPTED);
    expect(await b.identify(old)).toEqual(ACCEPTED);
    expect(fetches).toBe(1);

    published = [before.jwk, after.jwk];
    const fresh = callWith(await after.sign(CLAIMS));
    const both = await Promise.all([a.identify(fresh), b.identify(fresh), a.identify(old), b.identify(old)]);
    expect(both).toEqual([ACCEPTED, ACCEPTED, ACCEPTED, ACCEPTED]);
    expect(fetches).toBe(2);

    published = [after.jwk];
    host.at += 600_000;
    const work: Promise<void>[] = [];
    expect(a.identify({ ...old, background: (it) => work.push(it) })).toEqual(ACCEPTED);
    await Promise.all(work);
    expect(await a.identify(old)).toEqual({ outcome: "refused", reason: "unknown-key" });
    expect(await a.identify(fresh)).toEqual(ACCEPTED);
    expect(a.identify(fresh)).toEqual(ACCEPTED);
  });

  it("writes a line for a failed fetch, with cluster and host and without the URL", async () => {
    const issuer = await TestIssuer.create(ISSUER);
    const host = identityHost({ fetch: async () => new Response("secret", { status: 500 }) });
    const settings = { ...SETTINGS, jwksUrl: "https://keys.example.com/jwks?token=secret" };
    const tier = jwt().start(host).forCluster("production", settings);
    const call = callWith(await issuer.sign(CLAIMS));
    expect(await tier.identify(call)).toEqual({ outcome: "refused", reason: "keys-unavailable" });
    expect(host.lines).toEqual([
      {
        level: "warn",
        message: "The keys of an issuer are not fetched",
        properties: {
          code: "keys-not-fetched",
          cluster: "production",
          host: "keys.example.com",
          fault: "answers 500",
          error: expect.objectContaining({ message: "answers 500" }),
        },
      },
    ]);
    expect(JSON.stringify(host.lines)).not.toContain("secret");
  });

  it("writes at most 10 lines in 10 s for 100 issuers that fail", async () => {
    const host = identityHost({ fetch: () => Promise.reject(new TypeError("fetch failed")) });
    const started = jwt().start(host);
    for (let index = 0; index < 100; index += 1) {
      const issuer = await TestIssuer.create(`https://issuer-${index}.example.com`);
      const { jwksUrl, ...settings } = { ...SETTINGS, issuer: issuer.issuer };
      const tier = started.forCluster(`cluster-${index}`, settings);
      await tier.identify(callWith(await issuer.sign(CLAIMS)));
    }
    expect(host.lines).toHaveLength(10);
  });
});
