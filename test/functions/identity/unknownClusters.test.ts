import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientPair } from "../../hosts/certificate/clientPki.ts";
import { patience } from "../../run/speedFactor.ts";
import { type AttackRequest, bearer } from "./attacks/Attack.ts";
import { DATES, HOST, IdentityBed, urlOf } from "./IdentityBed.ts";
import { type IdentityRuntime, identityRuntimes, type RuntimeName } from "./identityRuntimes.ts";
import type { RawAnswer } from "./RawRequest.ts";

/** With all tiers, with one of each kind, and none at all. The last one is what the others are compared with. */
const CLUSTERS = ["production", "staging", "managed", "pinned", "nowhere"] as const;

interface Row {
  readonly what: string;
  readonly request: (bed: IdentityBed, cluster: string) => AttackRequest | Promise<AttackRequest>;
  /** Default: all. */
  readonly on?: readonly RuntimeName[];
}

const lines = (what: string, text: string): Row => ({
  what,
  request: () => ({ lines: text }),
  on: ["Node", "workerd"],
});
const host = (name: string): Row => ({
  what: `for the host ${JSON.stringify(name)}`,
  request: async (bed, cluster) => ({
    headers: [["Host", name], bearer(await bed.token({ aud: urlOf(cluster, "validate", name) }))],
  }),
  // On workerd each host is one of the gate.
  on: ["Node", "Lambda"],
});

const rows: readonly Row[] = [
  { what: "without a credential", request: () => ({}) },
  ...["mutate", "convert", "validate/entry", "validate/entry/part", "validate/"].map(
    (call): Row => ({ what: `of ${call}`, request: (_, cluster) => ({ target: `/c/${cluster}/${call}` }) }),
  ),
  ...["GET", "PUT", "OPTIONS", "PATCH"].map((method): Row => ({ what: `by ${method}`, request: () => ({ method }) })),
  ...["0s", "1s", "9999s", "x"].map(
    (timeout): Row => ({
      what: `with the timeout ${timeout}`,
      request: (_, cluster) => ({ target: `/c/${cluster}/validate?timeout=${timeout}` }),
    }),
  ),
  {
    what: "with a forged token",
    request: async (bed, cluster) => ({ headers: [bearer(await bed.forged({}, { aud: urlOf(cluster) }))] }),
  },
  { what: "with a token of no issuer", request: async (bed) => ({ headers: [bearer(await bed.token({ iss: "x" }))] }) },
  { what: "with a broken token", request: () => ({ headers: [bearer("a.b.c")] }) },
  {
    what: "with a forged capability",
    request: async (bed, cluster) => ({
      target: `/k/${await bed.capability({ cluster }, {}, bed.attackerKey)}/c/${cluster}/validate`,
    }),
  },
  {
    what: "with the capability of another cluster",
    request: async (bed, cluster) => ({ target: `/k/${await bed.capability({ cluster: "x" })}/c/${cluster}/validate` }),
  },
  { what: "at /token", request: (_, cluster) => ({ target: `/token/${cluster}` }) },
  {
    what: "at /token with a forged token",
    request: async (bed, cluster) => ({
      target: `/token/${cluster}`,
      headers: [bearer(await bed.forged({}, bed.syncClaims()))],
    }),
  },
  {
    what: "at /token for a host that no URL has",
    request: async (bed, cluster) => ({
      target: `/token/${cluster}`,
      headers: [["Host", "1.2.3.256"], bearer(await bed.forged({}, bed.syncClaims()))],
    }),
    on: ["Node"],
  },
  ...[
    "other.example.com",
    `${HOST}.`,
    `${HOST}:1`,
    `${HOST}:99999`,
    `x@${HOST}`,
    "1.2.3.256",
    "08.1",
    "a..b",
    "[::1",
  ].map(host),
  lines("with another type", "Content-Type: text/plain\r\n"),
  lines("with compression", "Content-Encoding: gzip\r\n"),
  lines("that ends its connection", "Connection: close\r\n"),
  lines("that would go on with another protocol", "Connection: Upgrade\r\nUpgrade: websocket\r\n"),
  lines("with a header of a proxy", "Client-Cert: :AAAA:\r\nX-Forwarded-For: 192.0.2.1\r\n"),
  {
    what: "with a certificate that is accepted elsewhere",
    request: async () => ({ pair: await clientPair({ ...DATES, subject: "CN=another" }) }),
    on: ["Node"],
  },
  {
    what: "with a self-signed certificate",
    request: async () => ({ pair: await clientPair({ ...DATES, issuer: "CN=another", signedBy: "p256-c" }) }),
    on: ["Node"],
  },
  {
    what: "at /token with a certificate",
    request: async (_, cluster) => ({ target: `/token/${cluster}`, pair: await clientPair(DATES) }),
    on: ["Node"],
  },
];

describe.each(identityRuntimes)("a gate on %s", (runtimeName, start) => {
  let bed: IdentityBed;
  let runtime: IdentityRuntime;

  beforeAll(async () => {
    bed = await IdentityBed.create();
    runtime = await start(bed);
  }, patience(120_000));
  afterAll(() => runtime?.stop());

  it.each(rows.filter(({ on }) => on?.includes(runtimeName) ?? true))(
    "answers a call $what in the same way for each cluster, and for one that it does not have",
    async ({ request }) => {
      const answers: RawAnswer[] = [];
      for (const cluster of CLUSTERS) {
        const made = { target: `/c/${cluster}/validate`, ...(await request(bed, cluster)), body: "{}" };
        answers.push(await runtime.send({ ...made, withholdsBody: false }));
      }
      expect(answers).toEqual(CLUSTERS.map(() => answers.at(-1)));
      expect(answers[0]?.status).toBeGreaterThanOrEqual(400);
      expect(answers[0]?.status).toBeLessThan(500);
    },
  );
});
