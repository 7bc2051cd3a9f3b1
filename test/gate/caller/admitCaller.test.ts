import { describe, expect, it, type Mock, vi } from "vitest";
import type { CallRates } from "../../../src/gate/caller/CallRates.ts";
import type { GateDefinition } from "../../../src/gate/config/defineGate.ts";
import { ABSENT, refused, type TierResult } from "../../../src/identity/Identity.ts";
import type { IdentityCall } from "../../../src/identity/IdentityTier.ts";
import type { GateMetrics } from "../../../src/telemetry/metrics/GateMetrics.ts";
import { reviewCall, testGate } from "../gateCall.ts";
import { fakeTier, type Identify } from "./fakeTier.ts";

const PATH = "/c/local/validate?timeout=5s";
const accepted = (identity: Partial<Extract<TierResult, { outcome: "accepted" }>["identity"]> = {}): TierResult => ({
  outcome: "accepted",
  identity: { tier: "jwt", subject: "sub", ...identity },
});

/** A gate whose cluster `local` has the tiers jwt and capability. */
function gateOf(jwt: Identify, capability: Identify = () => ABSENT): Pick<GateDefinition, "tiers" | "clusters"> {
  return {
    tiers: [fakeTier("jwt", jwt), fakeTier("capability", capability)],
    // The fake tiers take any settings.
    clusters: { local: { identity: JSON.parse('[{ "tier": "jwt" }, { "tier": "capability" }]') } },
  };
}

const metrics = (): { caller: ReturnType<typeof vi.fn>; refusal: ReturnType<typeof vi.fn>; all: GateMetrics } => {
  const [caller, refusal] = [vi.fn(), vi.fn()];
  const none = (): void => {};
  const all = {
    ...{ review: none, policy: none, policyDuration: none, request: none, error: none, queue: none, recordQueue: none },
    ...{ recordCommitted: none, recordsDropped: none, recordError: none, dropped: none },
    caller,
    refusal,
  };
  return { caller, refusal, all };
};

describe("a call", () => {
  it.each<[what: string, jwt: TierResult, capability: TierResult, status: number, reason: string | undefined]>([
    ["that the first tier accepts", accepted(), refused("expired"), 200, undefined],
    ["that the second tier accepts", ABSENT, accepted({ tier: "capability" }), 200, undefined],
    ["that the second tier accepts, after the first refused it", refused("expired"), accepted(), 200, undefined],
    ["without a credential", ABSENT, ABSENT, 401, "no-credential"],
    ["with one wrong credential", ABSENT, refused("denied"), 401, "denied"],
    ["with two wrong credentials", refused("bad-signature"), refused("denied"), 401, "bad-signature"],
    ["whose keys cannot be fetched", refused("keys-unavailable"), ABSENT, 503, "keys-unavailable"],
  ])("%s: identify in one turn, or later", async (_what, jwt, capability, status, reason) => {
    for (const later of [false, true]) {
      const inTime = (result: TierResult) => () => (later ? Promise.resolve(result) : result);
      const counted = metrics();
      const { app, log } = testGate(gateOf(inTime(jwt), inTime(capability)), { metrics: counted.all });
      const answer = await app.fetch(reviewCall(PATH));
      expect(answer.status).toBe(status);
      expect(counted.refusal.mock.calls).toEqual(reason === undefined ? [] : [[reason]]);
      expect(counted.caller).toHaveBeenCalledTimes(reason === undefined ? 1 : 0);
      expect(log.lines.map(({ properties }) => properties.reason)).toEqual(reason === undefined ? [] : [reason]);
    }
  });

  it("looks the same for a cluster that the gate does not have, and its body is not read", async () => {
    const texts: unknown[] = [];
    for (const path of [
      PATH,
      "/c/other/validate?timeout=5s",
      "/k/a.b/c/other/mutate",
      "/token/local",
      "/token/other",
    ]) {
      const { app } = testGate(gateOf(() => refused("expired")));
      const pull = vi.fn();
      const body = new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 });
      const answer = await app.fetch(reviewCall(path, body));
      expect(pull).not.toHaveBeenCalled();
      texts.push([answer.status, [...answer.headers], await answer.text()]);
    }
    for (const text of texts) expect(text).toEqual(texts[0]);
    expect(texts[0]).toEqual([401, expect.anything(), expect.stringContaining('"unauthenticated"')]);
  });

  it("is identified by its URL, token, Authorization and certificate, before its body is read", async () => {
    const seen: IdentityCall[] = [];
    const identify: Identify = (call) => {
      seen.push(call);
      return ABSENT;
    };
    const certificate = { fingerprint: "ab", subject: "CN=a", notBeforeMs: 1, notAfterMs: 2 };
    const { app } = testGate(gateOf(identify), {
      hasHost: ({ url }) => url.includes("gate.example"),
      clientCertificate: () => ({ ok: true, certificate }),
    });
    const request = reviewCall("/k/to.k-en/c/local/mutate/pods?timeout=5s");
    request.headers.set("authorization", "Bearer secret");
    await app.fetch(request);
    expect(seen).toMatchObject([
      {
        purpose: "mutate",
        url: "https://gate.example/k/to.k-en/c/local/mutate/pods",
        token: "to.k-en",
        authorization: "Bearer secret",
        isHostKnown: true,
        isKnownOnly: false,
      },
    ]);
    expect(seen[0]?.certificate()).toEqual({ ok: true, certificate });
  });

  it.each([
    ["*", 200],
    ["", 200],
    ["apps", 401],
  ])("with a token for the group %j is answered %d for a Pod", async (reviewGroup, status) => {
    const { app } = testGate(gateOf(() => accepted({ reviewGroup })));
    expect((await app.fetch(reviewCall(PATH))).status).toBe(status);
  });

  it("with an expired capability in its grace is judged, counted and a warning of the log", async () => {
    const counted = metrics();
    const identity = accepted({ tier: "capability", subject: "jti-1", graceEndsMs: 1_800_000_000_000 });
    const { app, log } = testGate(
      gateOf(
        () => ABSENT,
        () => identity,
      ),
      { metrics: counted.all },
    );
    expect((await app.fetch(reviewCall(PATH))).status).toBe(200);
    expect(counted.caller.mock.calls).toEqual([[{ cluster: "local", tier: "capability", isInGrace: true }]]);
    expect(log.lines).toMatchObject([
      {
        level: "warn",
        message: expect.stringContaining("expired"),
        properties: { code: "capability-in-grace", jti: "jti-1", until: "2027-01-15T08:00:00.000Z", cluster: "local" },
      },
    ]);
  });

  it("that another gate has identified is not identified again", async () => {
    const identify = vi.fn(() => ABSENT);
    const { app } = testGate(gateOf(identify), { isApart: true, identified: () => ({ tier: "jwt" }) });
    expect((await app.fetch(reviewCall(PATH))).status).toBe(200);
    expect(identify).not.toHaveBeenCalled();
  });
});

describe("with rates", () => {
  const rates = (
    waitSeconds: number,
    clusterSeconds: number,
  ): CallRates & { takeRefused: Mock<CallRates["takeRefused"]> } => ({
    waitOf: () => waitSeconds,
    takeCluster: () => clusterSeconds,
    takeRefused: vi.fn<CallRates["takeRefused"]>(),
  });
  const known: Identify = ({ isKnownOnly }) => (isKnownOnly ? accepted() : refused("expired"));
  const unknown: Identify = ({ isKnownOnly }) => (isKnownOnly ? ABSENT : accepted());

  it.each<[what: string, identify: Identify, wait: number, cluster: number, status: number, retry: string | null]>([
    ["a call within its limits", () => accepted(), 0, 0, 200, null],
    ["a call of a cluster over its limit", () => accepted(), 0, 7, 429, "7"],
    ["a call that is not identified", () => refused("expired"), 0, 0, 401, null],
    ["a call of an address over its limit", unknown, 3, 0, 429, "3"],
    ["a call of such an address with a credential that was verified before", known, 3, 0, 200, null],
  ])("%s is answered %#", async (_what, identify, wait, cluster, status, retry) => {
    const limits = rates(wait, cluster);
    const { app } = testGate(gateOf(identify), { rates: limits });
    const answer = await app.fetch(reviewCall(PATH));
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([status, retry]);
    expect(limits.takeRefused).toHaveBeenCalledTimes(status === 401 ? 1 : 0);
  });
});

describe("the settings of a gate", () => {
  const define = (identity: unknown) => () =>
    testGate({ ...gateOf(() => ABSENT), clusters: { a: JSON.parse(JSON.stringify({ identity })) } });

  it.each<[what: string, identity: unknown, message: string]>([
    ["without identity", undefined, "gate: clusters.a.identity is missing; name the tiers that prove who calls"],
    ["with another word than none", "any", 'gate: clusters.a.identity: expected "none" or a list of 1 to 8 tiers'],
    ["with an empty list", [], 'gate: clusters.a.identity: expected "none" or a list of 1 to 8 tiers'],
    ["with a text in the list", ["jwt"], "gate: clusters.a.identity[0]: expected an object with the name of a tier"],
    [
      "with a tier that the gate does not have",
      [{ tier: "jwt" }, { tier: "client-certificate" }],
      'gate: clusters.a.identity[1].tier names "client-certificate", which the gate does not have: its tiers are jwt, capability',
    ],
    ["with a fault of a tier", [{ tier: "jwt", wrong: 1 }], "gate: clusters.a.identity[0].wrong is wrong"],
    ["with settings of none", [{ tier: "none", any: 1 }], "gate: clusters.a.identity[0] has settings"],
  ])("%s are a fault", (_what, identity, message) => {
    expect(define(identity)).toThrow(message);
  });

  it.each([["none"], [[{ tier: "none" }]], [[{ tier: "jwt" }, { tier: "none" }]]])("may have %j", async (identity) => {
    const { app } = define(identity)();
    expect((await app.fetch(reviewCall("/c/a/validate"))).status).toBe(200);
  });

  it.each<[what: string, tiers: unknown, message: string]>([
    ["no list", {}, "gate: tiers is not a list"],
    ["what is no tier", [{}], "gate: tiers[0] is not a tier"],
    [
      "a tier twice",
      [fakeTier("jwt", () => ABSENT), fakeTier("jwt", () => ABSENT)],
      'gate: tiers[1] repeats the tier "jwt"',
    ],
  ])("refuse %s as tiers", (_what, tiers, message) => {
    expect(() => testGate(Object({ tiers }))).toThrow(message);
  });
});
