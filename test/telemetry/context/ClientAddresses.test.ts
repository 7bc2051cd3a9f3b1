import { createHmac } from "node:crypto";
import { expect, it, vi } from "vitest";
import { ClientAddresses } from "../../../src/telemetry/context/ClientAddresses.ts";
import { limitLines } from "../../../src/telemetry/limitLines.ts";
import { memoryLog } from "../../gate/gateCall.ts";

const key = new TextEncoder().encode("a key of 32 bytes, for an HMAC..");
const hmac = (address: string): string => `hmac-sha256:${createHmac("sha256", key).update(address).digest("hex")}`;
const LINE = { level: "warn", message: "a call was turned away", code: "overloaded" } as const;
const [CLIENT, PROXY] = ["203.0.113.7", "198.51.100.4"];
const request = (forwarded?: string): Request =>
  new Request("https://gate.example/", { headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded } });

it.each<[name: string, address: string | undefined, forwarded: string | undefined, line: object, span: object]>([
  ["nothing where nothing is known", undefined, undefined, {}, {}],
  ["the client", CLIENT, undefined, { client_address: hmac(CLIENT) }, { "client.address": hmac(CLIENT) }],
  [
    "what proxies forwarded beside it",
    PROXY,
    `${CLIENT}, ${PROXY}`,
    { client_address: hmac(PROXY), forwarded_for: `${hmac(CLIENT)}, ${hmac(PROXY)}` },
    { "client.address": hmac(PROXY), "http.request.header.x-forwarded-for": [hmac(CLIENT), hmac(PROXY)] },
  ],
])("ClientAddresses names %s", async (_, address, forwarded, line, span) => {
  const clients = new ClientAddresses({ hash: { key }, addressOf: () => address });
  expect(await clients.ofLine(request(forwarded), LINE)).toEqual(line);
  expect(await clients.ofSpan(request(forwarded))).toEqual(span);
});

it("ClientAddresses computes nothing for a line that the log leaves out", async () => {
  let now = 0;
  const log = limitLines(memoryLog(), () => now);
  const addressOf = vi.fn(() => CLIENT);
  const clients = new ClientAddresses({ hash: { key }, addressOf, isWritten: log.isWritten });
  for (let count = 0; count < 100; count += 1) {
    const facts = await clients.ofLine(request(), LINE);
    log.warn(LINE.message, { code: LINE.code, ...facts });
  }
  expect(addressOf).toHaveBeenCalledTimes(10);
  now = 10_000;
  expect(await clients.ofLine(request(), LINE)).toEqual({ client_address: hmac(CLIENT) });
});

it("ClientAddresses names nothing, and does not reject, where an address cannot be found", async () => {
  const fails = (): never => {
    throw new Error("no socket");
  };
  const clients = new ClientAddresses({ hash: { key }, addressOf: fails });
  expect(await clients.ofLine(request(), LINE)).toEqual({});
  expect(await clients.ofSpan(request())).toEqual({});
});
