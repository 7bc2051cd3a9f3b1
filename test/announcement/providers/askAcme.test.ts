import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renewalId } from "../../../src/announcement/providers/askAcme.ts";
import { askProvider } from "../../../src/announcement/providers/askProvider.ts";
import type { ProviderReport } from "../../../src/announcement/providers/ProviderReport.ts";
import { providerSchema } from "../../../src/announcement/providers/providerSettings.ts";
import { readableCertificates } from "../../../src/trust/bundle.ts";
import type { EndpointView } from "../../../src/trust/EndpointView.ts";
import { probe } from "../../../src/trust/probe/probe.ts";
import { handshakesOf } from "../../../src/trust/probe/viewEndpoint.ts";
import { AcmeClient } from "../../acme/AcmeClient.ts";
import { PebbleCa } from "../../acme/PebbleCa.ts";
import { pebbleBinary } from "../../acme/pebbleBinary.ts";
import { patience } from "../../run/speedFactor.ts";
import { LoopbackServer } from "../../sync/LoopbackServer.ts";
import { providerDeps } from "./providerDeps.ts";

const HOST = "gate.edge.example";
const binary = await pebbleBinary();

/** Views a local endpoint under a name that does not resolve. */
async function view(base: string): Promise<EndpointView> {
  const signal = new AbortController().signal;
  const resolve = async (_: string, family: 4 | 6): Promise<string[]> => (family === 4 ? ["127.0.0.1"] : []);
  const { observations } = await probe(base, { resolve, timeoutMs: patience(10_000), signal });
  return { base, handshakes: handshakesOf(observations) };
}

describe.skipIf(binary === undefined)("askAcme with pebble (skipped without it: apt-get install pebble)", () => {
  let pebble: PebbleCa;
  let client: AcmeClient;
  let edge: Server;
  let pair: { cert: string; key: string };
  beforeAll(async () => {
    pebble = await PebbleCa.start(binary ?? "");
    client = await AcmeClient.create(pebble.directory, pebble.apiRoot);
    pair = await client.issue(HOST);
    edge = createServer(pair);
    await new Promise<void>((resolve) => edge.listen(0, "127.0.0.1", resolve));
  });
  afterAll(async () => {
    edge?.close();
    await pebble?.stop();
  });

  const ask = (directory: string): Promise<ProviderReport> => {
    const url = `https://${HOST}:${(edge.address() as AddressInfo).port}`;
    const settings = providerSchema.parse({ acme: { directory, url, roots: ["letsencrypt"], ca: "ca.pem" } });
    return askProvider(settings, providerDeps({ view, readFile: async () => pebble.apiRoot }));
  };

  it("reports the served certificate, the configured roots and the renewal time if the CA has one", async () => {
    const report = await ask(pebble.directory);
    const [leaf] = readableCertificates(pair.cert);
    expect(report).toMatchObject({
      url: expect.stringMatching(`^https://${HOST}:`),
      roots: ["letsencrypt"],
      certificates: [
        { issuer: expect.stringMatching(/Pebble/), notAfter: leaf?.notAfter.toISOString(), state: "served" },
      ],
    });
    // Debian's pebble 2.4 has no renewalInfo, 2.7 and later have it.
    if ((await client.urls()).renewalInfo === undefined) {
      expect(report.renewsAt).toBeUndefined();
      expect(report.notes.join()).toMatch(/has no renewalInfo: the time of the renewal is not known$/);
    } else {
      expect(Date.parse(report.renewsAt ?? "")).toBeGreaterThan(leaf?.notBefore.getTime() ?? Number.POSITIVE_INFINITY);
      expect(Date.parse(report.renewsAt ?? "")).toBeLessThan(leaf?.notAfter.getTime() ?? 0);
      expect(report.notes.join()).toMatch(/^renewal is suggested from /);
    }
  });

  it("fails with a URL that is not an ACME directory", async () => {
    await expect(ask(pebble.directory.replace("/dir", "/none"))).rejects.toMatchObject({ code: "refused" });
    const server = await LoopbackServer.start();
    try {
      server.answer = () => ({ status: 200, body: "{}" });
      await expect(ask(server.url)).rejects.toMatchObject({ code: "bad-answer" });
    } finally {
      await server.stop();
    }
  });

  describe("with renewalInfo as in RFC 9773", () => {
    const window = { start: "2026-08-01T00:00:00Z", end: "2026-08-02T12:00:00+02:00" };
    it.each<[string, object, string | undefined, string]>([
      [
        "a window",
        { status: 200, body: JSON.stringify({ suggestedWindow: window }), headers: { "retry-after": "21600" } },
        "2026-08-01T00:00:00.000Z",
        "ask again after 21600 s",
      ],
      [
        "an explanation",
        { status: 200, body: JSON.stringify({ suggestedWindow: window, explanationURL: "https://ca.example/why" }) },
        "2026-08-01T00:00:00.000Z",
        "see https://ca.example/why",
      ],
    ])("reads %s", async (_, answer, renewsAt, note) => {
      const server = await LoopbackServer.start();
      try {
        server.answer = ({ url }) =>
          url === "/dir"
            ? { status: 200, body: JSON.stringify({ newOrder: `${server.url}/o`, renewalInfo: `${server.url}/ari/` }) }
            : { status: 404, ...answer };
        const report = await ask(`${server.url}/dir`);
        expect([report.renewsAt, report.notes.join()]).toEqual([renewsAt, expect.stringContaining(note)]);
        const [leaf] = readableCertificates(pair.cert);
        expect(server.calls.at(-1)?.url).toBe(`/ari/${leaf === undefined ? "" : renewalId(leaf)}`);
      } finally {
        await server.stop();
      }
    });

    it.each([
      ["429", { status: 429 }, "rate-limited"],
      ["an unknown certificate", { status: 404, body: '{"detail":"unknown"}' }, "refused"],
      [
        "a window without an end",
        { status: 200, body: '{"suggestedWindow":{"start":"2026-08-01T00:00:00Z"}}' },
        "bad-answer",
      ],
    ])("fails after %s", async (_, answer, code) => {
      const server = await LoopbackServer.start();
      try {
        server.answer = ({ url }) =>
          url === "/dir"
            ? { status: 200, body: JSON.stringify({ newOrder: `${server.url}/o`, renewalInfo: `${server.url}/ari` }) }
            : answer;
        await expect(ask(`${server.url}/dir`)).rejects.toMatchObject({ code });
      } finally {
        await server.stop();
      }
    });
  });
});

it("renewalId returns the path of the example in RFC 9773, section 4.1", () => {
  const authorityKeyId = "69885b6b87464041e1b37b847ba0ae2cde01c8d4";
  expect(renewalId({ authorityKeyId, serial: "87654321" })).toBe("aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE");
  expect(renewalId({ authorityKeyId, serial: "123" })).toBe("aYhba4dGQEHhs3uEe6CuLN4ByNQ.ASM");
  expect(renewalId({ authorityKeyId: undefined, serial: "1" })).toBeUndefined();
});
