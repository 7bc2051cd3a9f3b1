import { beforeAll, describe, expect, it } from "vitest";
import { memoryRates } from "../../../src/hosts/rates/memoryRates.ts";
import { capability } from "../../../src/identity/capability/capability.ts";
import { jwt } from "../../../src/identity/jwt/jwt.ts";
import { API_SERVER } from "../../fixtures/gates/identityGate.ts";
import { HOST, IdentityBed, urlOf } from "../../functions/identity/IdentityBed.ts";
import { reviewCall, testGate } from "../../gate/gateCall.ts";

let bed: IdentityBed;
beforeAll(async () => {
  bed = await IdentityBed.create();
});

/** Refused calls in each second: 20 times the limit. */
const FLOOD = 200;
const REFUSED = { perSecond: 10, burst: 100 };

/** A gate with the clusters `production` and `staging`, all of whose callers have one address, and a clock of the test. */
function started() {
  const clock = { ms: 0 };
  const rates = memoryRates({
    monotonicMs: () => clock.ms,
    addressOf: () => "203.0.113.7",
    cluster: { perSecond: 500, burst: 1_000 },
    refused: REFUSED,
  });
  const { issuer } = bed.keys;
  const identityOf = (keys: object): object[] => [
    { tier: "jwt", issuer, keys, subjects: [API_SERVER] },
    { tier: "capability", issuer, keys },
  ];
  const clusters: Readonly<Record<string, object>> = {
    production: { identity: identityOf(bed.keys.production) },
    staging: { identity: identityOf(bed.keys.staging) },
  };
  // A lookup: names that are made up have to be looked up as well.
  const { app } = testGate(
    { tiers: [jwt(), capability()], clusters: async (name) => clusters[name] as never },
    { rates, variables: bed.env },
  );
  const call = async (path: string, authorization?: string): Promise<Response> => {
    const request = new Request(`https://${HOST}${path}`, reviewCall("/"));
    if (authorization !== undefined) request.headers.set("authorization", `Bearer ${authorization}`);
    return app.fetch(request);
  };
  return { clock, call };
}

let serial = 0;
/** Each is new to the gate. */
const newToken = (cluster: "production" | "staging"): Promise<string> => {
  serial += 1;
  return bed[cluster].sign(bed.claims({ aud: urlOf(cluster), jti: String(serial) }));
};
const syncToken = (): Promise<string> => bed.staging.sign(bed.syncClaims());

type Calls = (path: string) => string;
const floods: readonly (readonly [what: string, path: Calls])[] = [
  ["another cluster with a stale credential", () => "/c/production/validate"],
  ["made-up names", (name) => `/c/made-up-${name}/validate`],
  ["token calls of another cluster", () => "/token/production"],
  ["token calls of made-up names", (name) => `/token/made-up-${name}`],
];

describe.each(floods)("a flood of %s behind the address of a cluster", (_, path) => {
  it("holds up no new credential of the cluster, and no renewal of its capability", async () => {
    const { clock, call } = started();
    // The settings of the cluster are cached: it makes calls all the time.
    expect((await call("/c/staging/validate", await newToken("staging"))).status).toBe(200);
    const told: number[] = [];
    const statuses: number[] = [];
    for (let made = 0; made < 4 * FLOOD; made += 1) {
      clock.ms += 1_000 / FLOOD;
      told.push((await call(path(String(made)))).status);
      if (made % 40 !== 39) continue;
      statuses.push((await call("/c/staging/validate", await newToken("staging"))).status);
      statuses.push((await call("/token/staging", await syncToken())).status);
    }
    expect([...new Set(statuses)]).toEqual([200]);
    const ofFlood = (status: number): number => told.filter((it) => it === status).length;
    expect(ofFlood(401)).toBeLessThanOrEqual(REFUSED.burst + 4 * REFUSED.perSecond);
    expect(ofFlood(429)).toBe(told.length - ofFlood(401));
  });

  it("does not say whether the gate has a cluster", async () => {
    const { call } = started();
    await call("/c/staging/validate", await newToken("staging"));
    const answers = async (cluster: string): Promise<unknown[]> => {
      const all = await Promise.all([call(`/c/${cluster}/validate`), call(`/token/${cluster}`)]);
      return all.map(({ status, headers }) => [status, headers.get("retry-after")]);
    };
    for (let made = 0; made < REFUSED.burst - 4; made += 1) await call(path(String(made)));
    // The last four that the address has.
    expect([await answers("staging"), await answers("nowhere")].flat()).toEqual(Array(4).fill([401, null]));
    const over = [await answers("nowhere"), await answers("staging"), await answers("elsewhere")];
    expect(over.flat()).toEqual(Array(6).fill([429, "1"]));
  });
});

it("a cluster with a stale capability gets a new one, whatever it calls meanwhile", async () => {
  const { clock, call } = started();
  const stale = await bed.capability({ cluster: "staging", iat: 1, exp: 2 });
  const statuses: number[] = [];
  for (let made = 0; made < 3 * FLOOD; made += 1) {
    clock.ms += 1_000 / FLOOD;
    await call(`/k/${stale}/c/staging/validate`);
    if (made % 50 === 49) statuses.push((await call("/token/staging", await syncToken())).status);
  }
  expect([...new Set(statuses)]).toEqual([200]);
});

it("refused calls of one cluster from one address are verified no more often than its limit", async () => {
  const { call } = started();
  let verified = 0;
  const verify = crypto.subtle.verify.bind(crypto.subtle);
  crypto.subtle.verify = (...args: Parameters<typeof verify>) => {
    verified += 1;
    return verify(...args);
  };
  try {
    const forged = await bed.forged({}, bed.claims());
    for (let made = 0; made < 3 * REFUSED.burst; made += 1) await call("/c/production/validate", forged);
  } finally {
    crypto.subtle.verify = verify;
  }
  expect(verified).toBe(REFUSED.burst);
});
