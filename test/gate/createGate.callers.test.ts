import { Registry } from "prom-client";
import { beforeAll, describe, expect, it } from "vitest";
import type { Cluster } from "../../src/gate/config/Cluster.ts";
import type { GateDependencies } from "../../src/gate/GateDependencies.ts";
import { memoryRates } from "../../src/hosts/rates/memoryRates.ts";
import { capability } from "../../src/identity/capability/capability.ts";
import { jwt } from "../../src/identity/jwt/jwt.ts";
import { MeteredGate } from "../../src/telemetry/metrics/MeteredGate.ts";
import { prometheusMeter } from "../../src/telemetry/metrics/prometheusMeter.ts";
import { RecordingTracer } from "../../src/telemetry/trace/RecordingTracer.ts";
import { ratioSampler } from "../../src/telemetry/trace/Sampler.ts";
import type { SpanData } from "../../src/telemetry/trace/SpanData.ts";
import { API_SERVER } from "../fixtures/gates/identityGate.ts";
import { HOST, IdentityBed } from "../functions/identity/IdentityBed.ts";
import { CALL_FACTS, reviewCall, testGate } from "./gateCall.ts";

let bed: IdentityBed;
beforeAll(async () => {
  bed = await IdentityBed.create();
});

/** A gate with the cluster `production`, and what it told of its calls. */
function started(deps: Partial<GateDependencies> = {}, lookup?: (name: string) => Promise<Cluster | undefined>) {
  const spans: SpanData[] = [];
  const tracer = new RecordingTracer({
    sampler: ratioSampler(1),
    now: Date.now,
    exportSpans: (ended) => spans.push(...ended),
  });
  const registry = new Registry();
  const { issuer, production: keys } = bed.keys;
  const production = { identity: [{ tier: "capability", issuer, keys }] } as unknown as Cluster;
  const { app, log } = testGate(
    { tiers: [capability()], clusters: lookup ?? { production } },
    { tracer, metrics: new MeteredGate(prometheusMeter(registry)), variables: bed.env, ...deps },
  );
  const call = async (path: string, authorization?: string): Promise<number> => {
    const request = new Request(`https://${HOST}${path}`, reviewCall("/"));
    if (authorization !== undefined) request.headers.set("authorization", `Bearer ${authorization}`);
    return (await app.fetch(request)).status;
  };
  return { call, log, spans, registry };
}

/** An address that has used up its refused calls. */
const overLimit = () => ({
  rates: memoryRates({
    monotonicMs: () => 0,
    addressOf: () => "203.0.113.7",
    cluster: { perSecond: 500, burst: 1_000 },
    refused: { perSecond: 1, burst: 1 },
  }),
});
const CALLERS_TEXT = "SECRETname_".repeat(300);

describe("what a caller wrote is in no line and no span:", () => {
  it.each<[what: string, deps: () => Partial<GateDependencies>, fails: boolean, name: string, status: number]>([
    ["a refused call", () => ({}), false, CALLERS_TEXT, 401],
    ["a call over the limit of its address", overLimit, false, CALLERS_TEXT, 429],
    ["a call over the limit of its address, with a lookup", overLimit, true, CALLERS_TEXT, 429],
    ["a call whose cluster cannot be looked up", () => ({}), true, "made-up", 503],
  ])("%s", async (_, deps, fails, name, status) => {
    const lookup = fails ? () => Promise.reject(new Error("KV is down")) : undefined;
    for (const path of [`/c/${name}/validate`, `/k/x/c/${name}/convert`, `/token/${name}`]) {
      const { call, log, spans } = started(deps(), lookup);
      if (status === 429) await call("/c/Nowhere/validate");
      const before = { lines: log.lines.length, spans: spans.length };
      expect(await call(path, "x")).toBe(status);
      const lines = log.lines.slice(before.lines).filter(({ level }) => level === "warn");
      expect(lines.map(({ properties }) => properties.cluster)).toEqual(["(unknown)"]);
      const told = spans.slice(before.spans);
      expect(told.at(-1)?.attributes).toMatchObject({ "k8s.cluster.name": "(unknown)" });
      expect(JSON.stringify([lines, told])).not.toContain(name);
    }
  });

  it.each<[what: string, token: () => Promise<string>, status: number, entry: string | undefined]>([
    ["the entry of a refused call", () => bed.capability({ cluster: "other" }), 401, undefined],
    ["an entry that the gate does not have", () => bed.capability(), 200, "(unknown)"],
  ])("%s", async (_, token, status, entry) => {
    const { call, log, spans, registry } = started({ onVerdict: (verdict) => log.info("verdict", { ...verdict }) });
    expect(await call(`/k/${await token()}/c/production/validate/${CALLERS_TEXT}`)).toBe(status);
    expect(spans.at(-1)?.attributes["postern.entry"]).toBe(entry);
    expect(JSON.stringify([log.lines, spans, await registry.metrics()])).not.toContain(CALLERS_TEXT);
  });
});

it("a token that was verified is answered over the limit of its address, also once its cluster is looked up again", async () => {
  const { issuer, production: keys } = bed.keys;
  const identity = [{ tier: "jwt", issuer, keys, subjects: [API_SERVER] }] as const;
  let now = Date.now();
  const { app } = testGate(
    { tiers: [jwt()], clusters: async () => structuredClone({ identity }) },
    { ...overLimit(), now: () => now },
  );
  const statusOf = async (token: string): Promise<number> => {
    const request = new Request(`https://${HOST}/c/production/validate`, reviewCall("/"));
    request.headers.set("authorization", `Bearer ${token}`);
    return (await app.fetch(request)).status;
  };
  const known = await bed.token();
  expect(await statusOf(known)).toBe(200);
  expect([await statusOf("x"), await statusOf("x")]).toEqual([401, 429]);
  now += 61_000;
  expect([await statusOf(known), await statusOf(await bed.token({ jti: "new" }))]).toEqual([200, 429]);
});

it("a refused call names its cluster, also over the limit of its address", async () => {
  const { call, log } = started(overLimit());
  expect([await call("/c/production/validate"), await call("/c/production/validate")]).toEqual([401, 429]);
  expect([await call("/token/production"), await call("/token/production")]).toEqual([429, 429]);
  expect(log.lines.map(({ properties }) => properties.cluster)).toEqual(Array(4).fill("production"));
});

it.each<[what: string, path: string, token: () => Promise<string>, status: number, cluster: string]>([
  ["issues a capability", "/token/production", () => bed.production.sign(bed.syncClaims()), 200, "production"],
  ["refuses its caller", "/token/production", () => bed.forged({}, bed.syncClaims()), 401, "production"],
  ["has no such cluster", "/token/nowhere", () => bed.production.sign(bed.syncClaims()), 401, "(unknown)"],
])(
  "a token call that %s is measured, and has a span and lines with its ids",
  async (_, path, token, status, cluster) => {
    const { call, log, spans, registry } = started();
    expect(await call(path, await token())).toBe(status);
    const route = "/token/{cluster}";
    expect(spans).toMatchObject([
      {
        name: `POST ${route}`,
        kind: "server",
        attributes: { "http.route": route, "http.response.status_code": status, "k8s.cluster.name": cluster },
      },
    ]);
    const text = await registry.metrics();
    const requests = text
      .split("\n")
      .filter((line) => line.includes(`http_route="${route}"`) && line.includes("_count"));
    expect(requests.map((line) => [line.includes(`"${status}"`), line.split(" ").at(-1)])).toEqual([[true, "1"]]);
    const refusals = log.lines.filter(({ level }) => level === "warn").map(({ properties }) => properties);
    expect(refusals).toEqual(
      status === 200
        ? []
        : [{ ...CALL_FACTS, cluster, code: "unauthenticated", path: route, reason: expect.anything() }],
    );
  },
);
