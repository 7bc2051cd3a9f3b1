import { expect, it } from "vitest";
import { ClientAddresses } from "../../src/telemetry/context/ClientAddresses.ts";
import { reviewCall, testGate } from "./gateCall.ts";

const clients = new ClientAddresses({ hash: { key: "plain" }, addressOf: () => "203.0.113.7" });

it.each<[what: string, deps: Parameters<typeof testGate>[1], path: string, message: string]>([
  ["was turned away", { limits: { callsInFlight: 0 } }, "/c/local/validate", "a call was turned away"],
  [
    "failed",
    {
      onVerdict: () => {
        throw new Error("a bug");
      },
    },
    "/c/local/validate",
    "a call failed",
  ],
])("createGate names the client of a call that %s, without its address", async (_, deps, path, message) => {
  const { app, log } = testGate({}, { ...deps, clients });
  await app.fetch(reviewCall(path));
  expect(log.lines).toMatchObject([
    { message, properties: { client_address: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) } },
  ]);
  expect(JSON.stringify(log.lines)).not.toContain("203.0.113.7");
});

it("createGate names no entry that the gate does not have", async () => {
  const { app, log } = testGate({}, { limits: { callsInFlight: 0 } });
  await app.fetch(reviewCall("/c/local/validate/SECRET"));
  expect(log.lines[0]?.properties).toMatchObject({ path: "/c/{cluster}/validate/{entry}" });
  expect(JSON.stringify(log.lines)).not.toContain("SECRET");
});
