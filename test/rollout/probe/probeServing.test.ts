import { X509Certificate } from "node:crypto";
import { createServer, type Server } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { probeHostOf, probeServing } from "../../../src/rollout/probe/probeServing.ts";
import { readRolloutSettings } from "../../../src/rollout/RolloutSettings.ts";
import type { ProbeResult } from "../../../src/rollout/workload/PodView.ts";
import { selfSignedPair } from "../../tls/selfSignedPair.ts";

let server: Server;
let port: number;
let serial: string;
beforeAll(async () => {
  const pair = await selfSignedPair();
  serial = new X509Certificate(pair.cert).serialNumber.toLowerCase().replace(/^0+/, "");
  server = createServer(pair, (socket) => socket.on("error", () => undefined));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server does not listen");
  port = address.port;
});
afterAll(() => {
  server.close();
});

function probe(serials: readonly string[], signal = new AbortController().signal): Promise<ProbeResult> {
  return probeServing({ address: "127.0.0.1", port, host: "localhost", serials, timeoutMs: 10_000, signal });
}

describe("probeServing", () => {
  it("succeeds when the server serves one of the serials", async () => {
    expect(await probe(["1", serial])).toEqual({ ok: true });
  });

  it("names the served serial and the expected ones otherwise", async () => {
    expect(await probe(["1", "2"])).toEqual({ ok: false, reason: `serves serial ${serial}, not 1 or 2` });
  });

  it("fails without a handshake when the signal is aborted", async () => {
    expect(await probe([serial], AbortSignal.abort())).toEqual({
      ok: false,
      reason: expect.stringContaining(`handshake at port ${port}: `),
    });
  });
});

describe("probeHostOf", () => {
  it.each([
    ["the setting", "set.example.com", "first.example.com", "set.example.com"],
    ["the Certificate's first name without a setting", undefined, "first.example.com", "first.example.com"],
    ["one name below a wildcard", undefined, "*.example.com", "canary.example.com"],
    ["localhost without any name", undefined, undefined, "localhost"],
  ])("returns %s", (_, setting, firstName, host) => {
    const settings = readRolloutSettings({
      "postern.dev/rollout": "deployment/gate",
      ...(setting === undefined ? {} : { "postern.dev/probe-host": setting }),
    });
    if (settings === undefined) throw new Error("no settings");
    expect(probeHostOf(settings, firstName)).toBe(host);
  });
});
