import { beforeAll, describe, expect, it } from "vitest";
import { makeKey } from "../../../src/cli/keys/makeKey.ts";
import type { Cluster } from "../../../src/gate/config/Cluster.ts";
import type { GateDefinition } from "../../../src/gate/config/defineGate.ts";
import { capability } from "../../../src/identity/capability/capability.ts";
import { clientCertificate } from "../../../src/identity/certificate/clientCertificate.ts";
import type { PresentedCertificate } from "../../../src/identity/IdentityTier.ts";
import { jwt } from "../../../src/identity/jwt/jwt.ts";
import { API_SERVER } from "../../fixtures/gates/identityGate.ts";
import { HOST, IdentityBed } from "../../functions/identity/IdentityBed.ts";
import { headerOf, signed } from "../../identity/capability/CapabilityBed.ts";
import { reviewCall, testGate } from "../gateCall.ts";

let bed: IdentityBed;
beforeAll(async () => {
  bed = await IdentityBed.create();
});

const LONG = "a".repeat(240);

/** A cluster with both tiers. */
function cluster(): Cluster {
  const of = { issuer: bed.keys.issuer, keys: bed.keys.production };
  return {
    identity: [
      { tier: "capability", ...of },
      { tier: "jwt", ...of, subjects: [API_SERVER] },
    ],
  };
}

const gateWith = (clusters: GateDefinition["clusters"]) =>
  testGate({ tiers: [jwt(), capability()], clusters }, { variables: bed.env });

async function statusOf({ app }: ReturnType<typeof testGate>, path: string, token?: string): Promise<number> {
  const request = new Request(`https://${HOST}${path}`, reviewCall(path));
  if (token !== undefined) request.headers.set("authorization", `Bearer ${token}`);
  return (await app.fetch(request)).status;
}

describe("a cluster whose name is too long for capabilities", () => {
  it("of a table is an error at the start, with its place", () => {
    expect(() => gateWith({ [LONG]: cluster() })).toThrow(
      expect.objectContaining({
        name: "GateConfigError",
        message: expect.stringMatching(
          new RegExp(
            `clusters\\.${LONG}\\.identity\\[0\\] needs a shorter name of the cluster: .* at most \\d+ with these keys`,
          ),
        ),
      }),
    );
  });

  it("may have it with other tiers, and a shorter one with all", () => {
    const { identity } = cluster();
    const [, other] = Array.isArray(identity) ? identity : [];
    expect(() => gateWith({ [LONG]: { identity: [other] }, production: cluster() })).not.toThrow();
  });

  it("of a lookup gets 401 by this tier and verdicts by the other one, and an error is in the log once", async () => {
    const gate = gateWith((name) => Promise.resolve(name === LONG || name === "production" ? cluster() : undefined));
    const key = await makeKey("EdDSA", Date.now());
    const made = await signed(key, headerOf(key), { cluster: LONG });
    const own = await bed.token({ aud: `https://${HOST}/c/${LONG}/validate` });
    const sync = await bed.production.sign(bed.syncClaims());
    expect([
      await statusOf(gate, `/c/${LONG}/validate`),
      await statusOf(gate, `/k/${made}/c/${LONG}/validate`),
      await statusOf(gate, `/token/${LONG}`, sync),
      await statusOf(gate, `/c/${LONG}/validate`, own),
      await statusOf(gate, "/token/production", sync),
    ]).toEqual([401, 401, 401, 200, 200]);
    expect(gate.log.lines.filter(({ level }) => level === "error")).toEqual([
      {
        level: "error",
        message: "a tier cannot use the settings of a cluster; it refuses each caller",
        properties: {
          cluster: LONG,
          tier: "capability",
          error: expect.objectContaining({ code: "bad-identity-settings" }),
        },
      },
    ]);
  });
});

describe("the tier client-certificate", () => {
  const certificates = (): PresentedCertificate | undefined => undefined;
  it.each<[what: string, deps: Parameters<typeof testGate>[1], isTold: boolean]>([
    ["no certificates", {}, true],
    ["certificates", { clientCertificate: certificates }, false],
    ["callers that another gate identified", { identified: () => undefined }, false],
  ])("of a runtime with %s: an error at the start is %j", (_, deps, isTold) => {
    const clusters = { one: { identity: [{ tier: "client-certificate" as const, subjects: ["CN=a"] }] } };
    const { log } = testGate({ tiers: [clientCertificate()], clusters }, deps);
    expect(log.lines.map(({ level, message }) => [level, message])).toEqual(
      isTold
        ? [
            [
              "error",
              expect.stringMatching(/reads no client certificates, .* option clientCertificate of createWorker/),
            ],
          ]
        : [],
    );
  });

  it("that no gate has is told of nothing", () => {
    expect(testGate({ tiers: [jwt()] }).log.lines).toEqual([]);
  });
});
